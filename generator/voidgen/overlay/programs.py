"""The programs that the image's options, services and desktop entries name. Pure."""

from __future__ import annotations

import re
from posixpath import basename, dirname, normpath
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import Fault
from voidgen.overlay import command_lines
from voidgen.overlay.asker import USER
from voidgen.tree import File

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from voidgen.config.image import ImageConfig
    from voidgen.overlay.paths import Entry
    from voidgen.overlay.resolution import Chosen, Resolution
    from voidgen.schema.structure import OptionValue
    from voidgen.tree import Node

BIN = "/usr/bin"
_ALIASES = ("/bin", "/sbin", "/usr/sbin")
"""Folders that are links to `BIN` on Void."""
_FOLDERS = (BIN, "/usr/local/bin", *_ALIASES)
ASSUMED = command_lines.WRAPPERS.keys() - {"zsh"}
"""Programs that an image without a lock is assumed to have; no base package has zsh."""
_OF_PACKAGES = re.compile("/(?:usr|bin|sbin|lib(?:32|64|exec)?|opt)/.*")
_RUN = re.compile("/etc/sv/[^/]+/(?:log/)?run")


@frozen
class Named:
    """A program that something in the image runs, and the warning for an image without it.

    ``by_option`` is whether an option or [image] names it; otherwise a file of the overlay does.
    """

    program: str
    warning: Fault
    by_option: bool

    @property
    def path(self) -> str:
        """Return the path at which an xbps package would have it."""
        path = normpath(self.program)
        if dirname(path) in {"", *_ALIASES}:
            return f"{BIN}/{basename(path)}"
        return path


def named(
    image: ImageConfig, resolution: Resolution, nodes: Mapping[str, Node], file: Path
) -> tuple[Named, ...]:
    """Return the programs that a package or the overlay has to bring, each once.

    ``image`` is [image] of ``file``, voidgen.toml, and ``nodes`` is the overlay.
    """
    found: dict[str, Named] = {}
    own = _of_shells(image, file)
    for one in (*own, *_of_options(resolution, file), *_of_files(resolution, nodes)):
        is_relative = "/" in one.program and not one.program.startswith("/")
        if not is_relative and _OF_PACKAGES.fullmatch(one.path):
            found.setdefault(one.path, one)
    return tuple(found.values())


def known(resolution: Resolution) -> set[str]:
    """Return the names and paths of programs that the overlay brings, or a package by its name.

    A package is known to bring the program of its own name, and those that a module's
    ``[provides]`` names.
    """
    files = {entry.path for entry in resolution.entries}
    return {
        *files,
        *(asked.name for asked in resolution.xbps),
        *(asked.name.partition("^")[0].rpartition(".")[2].strip('"') for asked in resolution.nix),
        *(basename(path) for path in files | resolution.provided if path.startswith(_FOLDERS)),
    }


def has(names: set[str], one: Named) -> bool:
    """Return whether ``names`` has the program: by path, or by name if it is on a PATH."""
    is_on_path = dirname(one.path) in _FOLDERS
    return one.path in names or (is_on_path and basename(one.path) in names)


def _of_shells(image: ImageConfig, file: Path) -> Iterator[Named]:
    for name, shell in (("root-shell", image.root_shell), ("user-shell", image.user_shell)):
        if shell:
            remedy = "add its package to [xbps] packages, or choose another shell"
            warning = Fault(_lacks(shell), file, ("image", name), remedy=remedy)
            yield Named(shell, warning, by_option=True)


def _of_options(resolution: Resolution, file: Path) -> Iterator[Named]:
    for chosen in resolution.modules:
        for name, option in chosen.module.spec.options.items():
            for program in _programs(chosen.options.get(name)) if option.runs else ():
                yield Named(program, _of_option(chosen, name, program, file), by_option=True)


def _programs(value: OptionValue | None) -> Iterator[str]:
    """Return the programs of a list of words, or of a shell's line."""
    if isinstance(value, tuple):
        return command_lines.of_words(value)
    return command_lines.of_line(value if isinstance(value, str) else "")


def _of_option(chosen: Chosen, name: str, program: str, file: Path) -> Fault:
    module, given, place = chosen.module, chosen.given.get(name), chosen.place(name)
    what = _lacks(program)
    setting = f"[overlay.options.{module.name}] {name}"
    remedy = f"add its package to [xbps] packages, or set {setting} in {file.name}"
    if given is None:
        what += f", which option {name!r} of module {module.name!r} names"
    elif given.by != USER:
        what += f", which {given.by} gives option {name!r} of module {module.name!r}"
    return Fault(what, place.file, place.key, remedy=remedy)


def _of_files(resolution: Resolution, nodes: Mapping[str, Node]) -> Iterator[Named]:
    for entry in resolution.entries:
        node = nodes.get(entry.path)
        if isinstance(node, File):
            for line, program in _in_file(entry.path, node.data):
                yield Named(program, _of_file(entry, line, program), by_option=False)


def _in_file(path: str, data: bytes) -> Iterator[tuple[int, str]]:
    if path.endswith(".desktop"):
        return command_lines.of_desktop_entry(data)
    return command_lines.of_script(data if _RUN.fullmatch(path) else b"")


def _of_file(entry: Entry, line: int, program: str) -> Fault:
    what = f"{_lacks(program)}, which this file runs"
    remedy = f"add its package to [packages] xbps of module {entry.module!r}"
    # A template's lines are not those of the file that it becomes.
    is_source = entry.source is not None and not entry.source.template
    return Fault(what, entry.file, line=line if is_source else None, remedy=remedy)


def _lacks(program: str) -> str:
    return f"as far as voidgen knows, no package of the image brings {program!r}"
