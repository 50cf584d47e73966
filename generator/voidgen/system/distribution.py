"""Which Linux distribution this is: commands that install and start things differ."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FAMILIES = ("debian", "void", "arch", "fedora", "nixos")
"""Distributions for which voidgen knows remedies, by their ID (os-release(5))."""
TITLES = {
    "debian": "Debian", "void": "Void", "arch": "Arch", "fedora": "Fedora", "nixos": "NixOS",
}  # fmt: skip


def family(root: Path = Path("/")) -> str:
    """Return which of `FAMILIES` the system in ``root`` is, or is like; "" if that is not known."""
    text = _read(root / "etc/os-release") or _read(root / "usr/lib/os-release")
    pairs = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    words = f"{pairs.get('ID', '')} {pairs.get('ID_LIKE', '')}".replace('"', " ").split()
    return next((word.strip("'") for word in words if word.strip("'") in FAMILIES), "")


def _read(file: Path) -> str:
    try:
        return file.read_text(errors="replace").strip()
    except OSError:
        return ""


def everywhere(command: str, **other: str) -> dict[str, str]:
    """Return ``command`` for each family, except for those that ``other`` names."""
    return {name: other.get(name, command) for name in FAMILIES}


def commands_for(commands: Mapping[str, str], family: str) -> str:
    """Return the command for ``family``, or a line for each family if it is "" and they differ."""
    if family:
        return commands[family]
    if len(set(commands.values())) == 1:
        return commands[FAMILIES[0]]
    return "\n".join(f"{TITLES[name]}: {commands[name]}" for name in FAMILIES)
