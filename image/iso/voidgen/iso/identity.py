"""Find what of [image]'s identity a finished ISO lacks. Standard library only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from voidgen.system import untrusted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.iso.root_tree import RootTree

ZONES = "/usr/share/zoneinfo"


class Identity(NamedTuple):
    """What image/manifest.json says of the image; empty if it is not set."""

    timezone: str = ""


def of_plan(plan: Any) -> Identity:
    """Return what ``plan``, image/manifest.json parsed as JSON, says; ValueError if garbled."""
    try:
        image = plan["image"]
        return Identity(timezone=untrusted.of_type(image.get("timezone", ""), str))
    except untrusted.DAMAGED:
        raise ValueError("the manifest's image is garbled") from None


def faults(expected: Identity, tree: RootTree) -> Iterator[str]:
    """Yield how the root tree differs from what is ``expected``, with what to do."""
    zone = f"{ZONES}/{expected.timezone}"
    if expected.timezone and zone not in tree.entries:
        yield f"{zone} is missing: add tzdata to [xbps] packages, or choose another timezone"
