"""The Nix that is installed, and the system that it builds for."""

from __future__ import annotations

import re
from pathlib import Path

from voidgen.errors import StepFailedError
from voidgen.nix import commands
from voidgen.system.process import ask

VERSION = ("nix", "--version")
"""The command whose output `version_in` reads."""


def version() -> tuple[int, int]:
    """Return Nix's version as (major, minor): the last one that ``nix --version`` prints."""
    said = ask(VERSION, cwd=Path("/")).stdout.decode(errors="replace")
    found = version_in(said)
    if found is None:
        remedy = "run `command -v nix`: is it the package manager?"
        raise StepFailedError("nix --version: printed no version", remedy, said)
    return found


def version_in(said: str) -> tuple[int, int] | None:
    """Return the last version in what `VERSION` printed, as (major, minor); None if it has none."""
    found = re.findall(r"(\d+)\.(\d+)", said)
    if not found:
        return None
    major, minor = found[-1]
    return int(major), int(minor)


def system() -> str:
    """Return this machine's system as Nix names it (``system`` in nix.conf(5))."""
    words = ["nix-instantiate", "--eval", "--json", "--expr", "builtins.currentSystem"]
    return commands.parsed(words, commands.run(words), str)
