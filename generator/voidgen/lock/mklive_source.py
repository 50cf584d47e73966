"""Whether voidgen can run a mklive: which options, steps and names its mklive.sh has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.errors import StepFailedError

if TYPE_CHECKING:
    from pathlib import Path

OLDEST = "6be29da of 2025-12-13"
"""The oldest commit of void-mklive that voidgen can run: the first with -H. The option -x came with
5c6bd24 of 2025-11-24; the last release, v20250202, has neither."""
NEWEST = "ee1bf42 of 2026-06-01"
"""The newest commit that voidgen was tested with."""

WITH_VALUE, PLAIN = "acHiklopCrsTx", "K"
"""The options that voidgen passes to mklive.sh: those with a value, and the others."""

_GETOPTS = re.compile(r"""\bgetopts\s+["']?:?([A-Za-z0-9:]+)""")
_STEPS = re.compile(
    r"""^generate_squashfs\(\)\ *\{$ .*
    ^generate_iso_image\(\)\ *\{$ .* "\$VOIDHOSTDIR"?/usr/bin/xorriso"?\ -as\ mkisofs\ .*
    ^generate_squashfs$ .* ^generate_iso_image$""",
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)
"""mklive.sh's definitions and calls of two steps: the one that voidgen replaces, and the one that
writes the ISO."""
_FUNCTIONS = ("die", "umount_pseudofs")
_VARIABLES = (
    *("BUILDDIR", "IMAGEDIR", "OUTPUT_FILE", "ROOTDIR", "ROOTFS", "VOIDHOSTDIR"),
    "XBPS_INSTALL_CMD",
)
"""Variables that voidgen's steps use (hooks.bash) or pass to mklive.sh in the environment."""

_IS_IT = "check that [mklive] source in voidgen.toml names void-mklive"
_NEWER = (
    f"name a revision from {OLDEST} to {NEWEST} in [mklive] source of voidgen.toml, "
    "and run `voidgen lock`"
)


def check(source: Path) -> None:
    """Raise StepFailedError if voidgen cannot run the mklive in ``source``; starts nothing."""
    script = source / "mklive.sh"
    try:
        text = script.read_text(errors="replace")
    except OSError as error:
        raise StepFailedError(f"{script}: {error.strerror}", _IS_IT) from None
    options = _GETOPTS.search(text)
    if not options:
        raise StepFailedError(f"{script}: is not void-mklive's: it does not call getopts", _IS_IT)
    lacking = [
        f"-{letter}"
        for letter in sorted(WITH_VALUE + PLAIN)
        if not re.search(f"{letter}{':' if letter in WITH_VALUE else '(?!:)'}", options[1])
    ]
    if lacking:
        what = (
            f"the locked mklive does not take {' and '.join(lacking)}, "
            f"as void-mklive does since {OLDEST}"
        )
        remedy = (
            "run `voidgen update mklive`; if [mklive] source in voidgen.toml names an older "
            "revision, or a fork of one, name a later one there first"
        )
        raise StepFailedError(what, remedy)
    if not _STEPS.search(text):
        what = "the locked mklive does not have the steps generate_squashfs and generate_iso_image"
        raise StepFailedError(what, _NEWER)
    missing = [
        *(f"{name}()" for name in _FUNCTIONS if not re.search(rf"^{name}\(\)", text, re.MULTILINE)),
        *(f"${name}" for name in _VARIABLES if not re.search(rf"\b{name}\b", text)),
    ]
    if missing:
        what = f"the locked mklive does not have {', '.join(missing)}, which voidgen's steps use"
        raise StepFailedError(what, _NEWER)
