"""Attributes by which git changes files in clones and archives.

See gitattributes(5). Nix copies a dirty tree as it is on disk, and a commit as git or libgit2
checks it out; an archive has the files that git-archive(1) wrote. With such an attribute, these
differ.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from posixpath import dirname
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import Fault, WrongInputError
from voidgen.overlay import catalogue
from voidgen.system import git
from voidgen.system.files import read_input
from voidgen.system.git_names import ATTRIBUTES, LINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

NAMES = (
    "text", "eol", "crlf", "ident", "filter", "working-tree-encoding", "export-subst",
    "export-ignore",
)  # fmt: skip
_LINE_ENDS = frozenset({"text", "eol", "crlf", "binary"})
_OFF = frozenset({"unspecified", "unset"})


@frozen
class Attribute:
    """An attribute by which git changes a file or folder, with git's word for its value."""

    file: str
    name: str
    value: str

    @property
    def shown(self) -> str:
        """The attribute as gitattributes(5) writes it."""
        return self.name if self.value == "set" else f"{self.name}={self.value}"


def changing_attributes(values: Mapping[str, Mapping[str, str]]) -> Iterator[Attribute]:
    """Yield the first attribute that changes each file; ``values`` are by file and name. Pure."""
    for file, found in values.items():
        name = _changing_name(file, found)
        if name:
            yield Attribute(file, name, found[name])


def _changing_name(file: str, found: Mapping[str, str]) -> str:
    off = {name for name, value in found.items() if value in _OFF}
    if file.endswith("/"):
        return "" if "export-ignore" in off else "export-ignore"
    for name in ("filter", "ident", "export-subst", "export-ignore"):
        if name not in off:
            return name
    # git fails if this attribute is unset.
    if found["working-tree-encoding"] != "unspecified":
        return "working-tree-encoding"
    if found["text"] == "unset":
        return ""
    return next((name for name in ("text", "eol", "crlf") if name not in off), "text")


def faults(folder: Path, files: Iterable[str]) -> list[Fault]:
    """Return a fault for each attribute by which git would change ``files``, paths of the project.

    Their folders are checked, too: `export-ignore` can leave out a whole folder.
    """
    names = sorted(files)
    folders = {parent for name in names for parent in _parents(name)}
    prefix = git.prefix(folder)
    above = ["../" * depth or "./" for depth in range(prefix.count("/"))]
    found = [
        *changing_attributes(git.attributes(folder, [*above, *sorted(folders), *names], NAMES))
    ]
    if not found:
        return []
    origins = _Origins(folder, prefix)
    groups: dict[tuple[str, Path | None], list[Attribute]] = {}
    for one in found:
        groups.setdefault((one.shown, origins.of(one)), []).append(one)
    return [_fault(folder, group, origins, place) for (_, place), group in groups.items()]


def _parents(name: str) -> Iterator[str]:
    # If another program runs in git's place, it may print absolute paths.
    while (name := dirname(name)).strip("/"):
        yield f"{name}/"


def _fault(
    folder: Path, group: Sequence[Attribute], origins: _Origins, place: Path | None
) -> Fault:
    first, count = group[0], len(group)
    by = f"attribute {first.shown}{f' in {origins.shown(place)}' if place else ''}"
    what = f"git changes this file in clones or archives: {by}"
    if first.value in _OFF:
        what = "git changes this file's line endings if core.autocrlf is set: no attribute -text"
    elif first.name == "export-ignore":
        what = f"git leaves this out of archives: {by}"
    more = f" ({count - 1} more like it)" if count > 1 else ""
    file = Path(os.path.normpath(folder / first.file))
    return Fault(f"{what}{more}", file, remedy=_remedy(first, origins, place))


def _remedy(one: Attribute, origins: _Origins, place: Path | None) -> str:
    if place and (place == origins.info or one.file.startswith(("./", "../"))):
        return f"remove the attribute from {origins.shown(place)}"
    if place and place.parent != origins.folder and place.is_relative_to(origins.folder):
        if catalogue.is_source(str(place.relative_to(origins.folder))):
            renamed = f"{ATTRIBUTES}{catalogue.TEMPLATE}"
            return f"rename that file to {renamed}: the image then has it as {ATTRIBUTES}"
        return f"remove the attribute from {origins.shown(place)}"
    return f"add this line to the end of {ATTRIBUTES} in the project's folder: {LINE}"


class _Origins:
    """The attribute files of a repository, to find the one that sets an attribute."""

    def __init__(self, folder: Path, prefix: str) -> None:
        self.folder = Path(os.path.realpath(folder))
        self.info = git.info_attributes(self.folder)
        self._top = Path(os.path.normpath(self.folder / ("../" * prefix.count("/"))))
        self._known: dict[Path, frozenset[str]] = {}

    def shown(self, file: Path) -> str:
        """Return the path of a file of the repository, from the project's folder."""
        return os.path.relpath(file, self.folder)

    def of(self, one: Attribute) -> Path | None:
        """Return the first file in git's order that names the attribute; None if no file does."""
        names = _LINE_ENDS if one.name in _LINE_ENDS else {one.name}
        return next((file for file in self._order(one.file) if self._names(file) & names), None)

    def _order(self, name: str) -> Iterator[Path]:
        yield self.info
        folder = Path(os.path.normpath(self.folder / name)).parent
        while True:
            yield folder / ATTRIBUTES
            if folder in {self._top, folder.parent}:
                return
            folder = folder.parent

    def _names(self, file: Path) -> frozenset[str]:
        if file not in self._known:
            try:
                text = read_input(file).decode(errors="replace")
            except WrongInputError:
                text = ""
            self._known[file] = attribute_names(text)
        return self._known[file]


def attribute_names(text: str) -> frozenset[str]:
    """Return the attributes that an attribute file sets, unsets or gives a value. Pure."""
    words = (
        word
        for line in text.splitlines()
        if not line.lstrip().startswith("#")
        for word in line.split()[1:]
    )
    return frozenset(re.sub(r"^[-!]|=.*", "", word) for word in words if not word.startswith("!"))
