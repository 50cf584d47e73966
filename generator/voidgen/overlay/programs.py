"""Checking that the image has the programs that options name, such as a terminal."""

from __future__ import annotations

import shlex
from posixpath import basename
from typing import TYPE_CHECKING

from voidgen.errors import Fault
from voidgen.overlay.asker import USER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from voidgen.overlay.resolution import Chosen, Resolution
    from voidgen.schema.structure import OptionValue

_FOLDERS = ("/usr/bin", "/usr/local/bin", "/usr/sbin", "/bin", "/sbin")


def unprovided(resolution: Resolution, file: Path) -> Iterator[Fault]:
    """Yield a warning for each option's program that no package of the image seems to bring.

    A package is known to bring the program of its own name, and those that a module's
    ``[provides]`` names. ``file`` is voidgen.toml.
    """
    known = _known(resolution)
    for chosen in resolution.modules:
        for name, option in chosen.module.spec.options.items():
            program = _program(chosen.options.get(name)) if option.runs else ""
            if program and basename(program) not in known:
                yield _fault(chosen, name, program, file)


def _known(resolution: Resolution) -> set[str]:
    installed = {asked.name for asked in resolution.xbps}
    files = {entry.path for entry in resolution.entries}
    return {
        *installed,
        *(asked.name.partition("^")[0].rpartition(".")[2].strip('"') for asked in resolution.nix),
        *(basename(path) for path in files | resolution.provided if path.startswith(_FOLDERS)),
    }


def _program(value: OptionValue | None) -> str:
    """Return the first word of a list of words, or of a shell's line; "" if there is none."""
    if isinstance(value, tuple):
        return value[0] if value else ""
    try:
        words = shlex.split(value) if isinstance(value, str) else []
    except ValueError:
        return ""
    return words[0] if words else ""


def _fault(chosen: Chosen, name: str, program: str, file: Path) -> Fault:
    module, given, place = chosen.module, chosen.given.get(name), chosen.place(name)
    what = f"as far as voidgen knows, no package of the image brings {program!r}"
    setting = f"[overlay.options.{module.name}] {name}"
    remedy = f"add its package to [xbps] packages, or set {setting} in {file.name}"
    if given is None:
        what += f", which option {name!r} of module {module.name!r} names"
    elif given.by != USER:
        what += f", which {given.by} gives option {name!r} of module {module.name!r}"
    return Fault(what, place.file, place.key, remedy=remedy)
