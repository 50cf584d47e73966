"""Files that editors, desktops and merges leave behind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.lint.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lint.finding import Image

_LEFT = re.compile(
    r".*~|\..*\.(?:sw[a-p]|un~|kate-swp)|\.#.*|#.*#|\.DS_Store|\._.*|Thumbs\.db|\.nfs[0-9a-f]{8,}"
)
_DOUBTFUL = re.compile(r".*\.(?:orig|rej|bak|rpmnew|rpmsave|pacnew|dpkg-(?:old|dist|new))")
_KEPT = re.compile(r"\.(?:git)?keep|\.placeholder|\.empty")


def is_litter(name: str) -> bool:
    """Return whether ``name`` is one of a file that was left behind."""
    return bool(_LEFT.fullmatch(name) or _DOUBTFUL.fullmatch(name) or _KEPT.fullmatch(name))


def left(image: Image) -> Iterator[Finding]:
    """A file that nobody wants in an image."""
    remedy = "remove it, and name it in .gitignore"
    for entry in image.resolution.entries:
        folder, _, name = entry.path.rpartition("/")
        if _LEFT.fullmatch(name):
            yield Finding(entry.path, f"{name} is what an editor or a desktop left behind", remedy)
        elif _DOUBTFUL.fullmatch(name):
            what = f"{name} looks like what a merge or an update left behind"
            yield Finding(entry.path, what, remedy, doubtful=True)
        elif _KEPT.fullmatch(name):
            what = f"the image gets {entry.path}, which only keeps the folder in git"
            remedy_kept = f'remove it, and declare [directories."{folder}"] in module.toml'
            yield Finding(entry.path, what, remedy_kept, doubtful=True)
