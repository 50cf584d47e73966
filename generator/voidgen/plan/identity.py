"""What an image says of itself, by the keys of [image] that are not set by default. Pure."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voidgen.plan.documents import PlannedImage


def facts(image: PlannedImage) -> dict[str, str]:
    """Return the values that voidgen.toml sets, each with its name for `voidgen show`."""
    lines = (image.os_release or {}).items()
    found = {
        "version": image.version,
        "ISO file": image.file_name and f"{image.file_name}.iso",
        "volume label": image.volume_label,
        "os-release": " ".join(f"{key}={shlex.quote(value)}" for key, value in lines),
        "host name": image.hostname,
        "time zone": image.timezone,
        "root's shell": image.root_shell,
        "live user's shell": image.user_shell,
        "live user's groups": _listed(image.groups),
    }
    return {name: value for name, value in found.items() if value}


def _listed(groups: tuple[str, ...] | None) -> str | None:
    return groups if groups is None else " ".join(groups) or "none besides its own"
