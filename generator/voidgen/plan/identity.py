"""What an image says of itself, by the keys of [image] that are not set by default. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voidgen.plan.documents import PlannedImage


def facts(image: PlannedImage) -> dict[str, str]:
    """Return the values that voidgen.toml sets, each with its name for `voidgen show`."""
    found = {"host name": image.hostname, "time zone": image.timezone}
    return {name: value for name, value in found.items() if value}
