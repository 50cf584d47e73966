"""Files that editors, desktops and merges leave behind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.lint.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lint.finding import LintedImage

_LEFT = re.compile(
    r".*~|\..*\.(?:sw[a-p]|un~|kate-swp)|\.#.*|#.*#|\.DS_Store|\._.*|Thumbs\.db|\.nfs[0-9a-f]{8,}"
)
_DOUBTFUL = re.compile(r".*\.(?:orig|rej|bak|rpmnew|rpmsave|pacnew|dpkg-(?:old|dist|new))")
_KEPT = re.compile(r"\.(?:git)?keep|\.placeholder|\.empty")


def is_litter(name: str) -> bool:
    """Return whether a program left a file of this name behind, or git needs it for a folder."""
    return bool(_LEFT.fullmatch(name) or _DOUBTFUL.fullmatch(name) or _KEPT.fullmatch(name))


def files(image: LintedImage) -> Iterator[Finding]:
    """Find files that programs left behind, which do not belong in an image."""
    remedy = "remove it, and add its name to .gitignore"
    for entry in image.resolution.entries:
        folder, _, name = entry.path.rpartition("/")
        if _LEFT.fullmatch(name):
            yield Finding(entry.path, f"an editor or a desktop left {name} behind", remedy)
        elif _DOUBTFUL.fullmatch(name):
            what = f"it looks as if a merge or an update left {name} behind"
            yield Finding(entry.path, what, remedy, doubtful=True)
        elif _KEPT.fullmatch(name):
            what = f"{entry.path} only keeps the folder in git, but would be in the image"
            remedy_kept = f'remove it, and declare [directories."{folder}"] in module.toml'
            yield Finding(entry.path, what, remedy_kept, doubtful=True)
