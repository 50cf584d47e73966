"""Find what of [image]'s identity a finished ISO lacks. Standard library only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from voidgen.system import untrusted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from voidgen.iso.root_tree import RootTree

LABEL_AT, LABEL_SIZE = 16 * 2048 + 40, 32
"""Place and bytes of the volume identifier in an ISO (ECMA-119, 6.2.1 and 8.4)."""
ZONES = "/usr/share/zoneinfo"


class Identity(NamedTuple):
    """What image/manifest.json says of the image; empty if it is not set."""

    timezone: str = ""
    volume_label: str = ""


def of_plan(plan: Any) -> Identity:
    """Return what ``plan``, image/manifest.json parsed as JSON, says; ValueError if garbled."""
    try:
        image = plan["image"]
        return Identity(
            untrusted.of_type(image.get("timezone", ""), str),
            untrusted.of_type(image.get("volume-label", ""), str),
        )
    except untrusted.DAMAGED:
        raise ValueError("the manifest's image is garbled") from None


def faults(expected: Identity, tree: RootTree) -> Iterator[str]:
    """Yield how the root tree differs from what is ``expected``, with what to do."""
    zone = f"{ZONES}/{expected.timezone}"
    if expected.timezone and zone not in tree.entries:
        yield f"{zone} is missing: add tzdata to [xbps] packages, or choose another timezone"


def other_labels(expected: str, results: Path) -> Iterator[str]:
    """Yield where the ISO in ``results``, or a boot menu, has another label than ``expected``.

    An empty label is mklive's, and not compared.
    """
    if not expected:
        return
    with (results / "image.iso").open("rb") as iso:
        iso.seek(LABEL_AT)
        label = iso.read(LABEL_SIZE).decode(errors="replace").rstrip()
    if label != expected:
        yield f"the ISO has the label {label!r}, but should have {expected!r}"
    for menu in sorted((results / "menus").iterdir()):
        labels = {*re.findall(r"root=live:CDLABEL=(\S*)", menu.read_text(errors="replace"))}
        if labels != {expected}:
            found = " and ".join(sorted(labels)) or "no label"
            yield f"the boot menu {menu.name} looks for {found}, but the ISO's label is {expected}"
