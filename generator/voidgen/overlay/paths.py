"""The paths that modules put into the image: each must have one owner and an allowed place."""

from __future__ import annotations

from posixpath import dirname
from typing import TYPE_CHECKING

from attrs import field, frozen

from voidgen.errors import Fault, Key, Place, did_you_mean
from voidgen.overlay import aliases, patterns
from voidgen.overlay.types import Ownership, Source
from voidgen.system import git_names
from voidgen.tree import DCONF_DATABASE, MKLIVE_FILE, PACKAGES_FLAKE, Made, Recipe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from voidgen.config.architectures import Arch
    from voidgen.overlay.types import Module

FOREIGN = {
    "/dev": "the kernel mounts over it at boot",
    "/proc": "the kernel mounts over it at boot",
    "/sys": "the kernel mounts over it at boot",
    "/run": "a tmpfs is mounted over it at boot",
    "/nix/store": "only Nix writes there; name a package instead",
}
"""Folders in which the overlay must not have anything, and why."""

LONGEST_NAME = 255
"""Largest number of bytes of a file name in Linux (path_resolution(7), NAME_MAX)."""

RUNSVDIR = "/etc/runit/runsvdir/default"
"""The runlevel whose links runsvdir starts (Void Handbook, "Services and Daemons")."""


@frozen
class Entry:
    """A path of the image and where its content comes from.

    A file has ``source`` or ``content``, a symbolic link has ``target``, and what Nix makes has
    ``made``. An ordinary folder has none of these. ``file`` and ``key`` are the place that declares
    it. ``module`` is empty if that is voidgen.toml.
    """

    path: str
    module: str
    file: Path
    key: Key = ()
    source: Source | None = None
    target: str | None = None
    ownership: Ownership = field(factory=Ownership)
    made: Made | None = None
    option: str = ""
    """The option of the module that adds lines to it."""
    content: bytes | None = None
    """Of a file that no module has."""

    @property
    def owner(self) -> str:
        """Who declares it, in the words of messages."""
        return f"module {self.module!r}" if self.module else self.file.name

    @property
    def kind(self) -> str:
        """What it is, if nothing else can lie below it; empty for a folder."""
        if self.target is not None:
            return "symbolic link"
        if self.made:
            return "file" if self.made.type == "file" else "folder that Nix fills"
        return "file" if self.source or self.content is not None else ""


def entries(module: Module) -> Iterator[Entry]:
    """Return all that ``module`` puts into the image, except its service links."""
    spec, file = module.spec, module.file
    extended = {option.extends: name for name, option in spec.options.items() if option.extends}
    for source in module.sources:
        path, option = source.path, extended.get(source.path, "")
        if source.target is not None:
            yield Entry(path, module.name, source.file, target=source.target)
        else:
            own = patterns.lookup(spec.files, path) or Ownership()
            yield Entry(path, module.name, source.file, (), source, ownership=own, option=option)
    for path, ownership in spec.directories.items():
        yield Entry(path, module.name, file, ("directories", path), ownership=ownership)
    for path, target in spec.links.items():
        yield Entry(path, module.name, file, ("links", path), target=target)
    for path, folder in spec.dconf.items():
        recipe = Recipe(DCONF_DATABASE, {"keyfiles": folder, "module": module.name})
        yield Entry(path, module.name, file, ("dconf", path), made=Made(recipe))
    for path, name in spec.mklive.items():
        made = Made(Recipe(MKLIVE_FILE, {"name": name}), 0o755)
        yield Entry(path, module.name, file, ("mklive", path), made=made)
    if spec.packages.flake:
        key = ("packages", "flake")
        made = Made(Recipe(PACKAGES_FLAKE), 0o755, "directory")
        yield Entry(spec.packages.flake, module.name, file, key, made=made)


def claims(found: Iterable[Entry], arch: Arch) -> tuple[dict[str, Entry], list[Fault]]:
    """Return every path of an image for ``arch`` with its one owner, sorted; and what is wrong."""
    owned: dict[str, Entry] = {}
    faults: list[Fault] = []
    for entry in found:
        faults += _misplaced(entry, arch)
        other = owned.setdefault(entry.path, entry)
        if other is not entry:
            faults.append(_shared(entry, other))
    for entry in owned.values():
        faults += _without_keyfiles(entry, owned)
        above = _above(entry.path, owned)
        if above is not None:
            faults.append(
                Fault(
                    f"{entry.path} of {entry.owner} lies below {above.path}, "
                    f"a {above.kind} of {above.owner}",
                    entry.file,
                    entry.key,
                    remedy="move one of them",
                    other=Place(above.file, above.key),
                )
            )
    return dict(sorted(owned.items())), faults


def _without_keyfiles(entry: Entry, owned: Iterable[str]) -> Iterator[Fault]:
    folder = entry.made.recipe.arguments.get("keyfiles") if entry.made else None
    if folder and not any(path.startswith(f"{folder}/") for path in owned):
        what = f"{entry.path} is compiled from {folder}, but the overlay has nothing there"
        remedy = f"put key files into files{folder}/"
        yield Fault(what, entry.file, entry.key, remedy=remedy)


def unmatched(module: Module) -> Iterator[Fault]:
    """Yield a fault for each path in ``[files]`` or of an option that ``files/`` does not have."""
    paths = {source.path for source in module.sources if source.target is None}
    for path in patterns.unmatched(module.spec.files, paths):
        what = f"files/ has no file {path}"
        remedy = did_you_mean(path, paths) or "a folder's mode is set in [directories]"
        if patterns.is_pattern(path):
            what = f"files/ has no file that matches {path}"
            remedy = "* and ? stand for parts of one name, ** for any number of names"
        yield Fault(what, module.file, ("files", path), remedy=remedy)
    for name, option in module.spec.options.items():
        if option.extends and option.extends not in paths:
            key = ("options", name, "extends")
            remedy = did_you_mean(option.extends, paths) or "name a file of the module"
            yield Fault(f"files/ has no file {option.extends}", module.file, key, remedy=remedy)


def _shared(entry: Entry, other: Entry) -> Fault:
    if entry.module == other.module:
        places = " and ".join(f"[{one.key[0]}]" if one.key else "files/" for one in (other, entry))
        what = f"{entry.owner} gives {entry.path} twice: in {places}"
        remedy = "remove one of them"
    else:
        what = f"{entry.path} belongs to two modules: {other.module!r} and {entry.module!r}"
        if not entry.module:
            what = f"{entry.path} belongs to {other.owner} and to {entry.owner}"
        remedy = "keep it in one of them (a module in overlay-src replaces a built-in one)"
        if entry.option:
            # The one to change is the other.
            entry, other = other, entry
        if other.option:
            table = f"[overlay.options.{other.module}]"
            remedy = f"write your lines as {other.option} = [...] in {table} of voidgen.toml"
    # The lines belong into an option, so that the file to look at is the first.
    place = None if other.option else Place(other.file, other.key)
    return Fault(what, entry.file, entry.key, remedy=remedy, other=place)


def _misplaced(entry: Entry, arch: Arch) -> Iterator[Fault]:
    path = entry.path
    longest = LONGEST_NAME - len(git_names.ESCAPE)
    for name, emitted in zip(path.split("/"), git_names.emitted(path).split("/"), strict=True):
        if len(emitted.encode()) > LONGEST_NAME:
            limit = LONGEST_NAME if name == emitted else longest
            what = f"{path} has a name longer than {limit} bytes"
            yield Fault(what, entry.file, entry.key, remedy="shorten it")
    through_link = aliases.fault(entry, arch)
    if through_link:
        yield through_link
    for folder, why in FOREIGN.items():
        if path == folder or path.startswith(f"{folder}/"):
            what = f"{path} cannot be part of the overlay: {why}"
            yield Fault(what, entry.file, entry.key)


def _above(path: str, owned: Mapping[str, Entry]) -> Entry | None:
    """Return the nearest owner above ``path`` that is not a folder."""
    while (path := dirname(path)) != "/":
        entry = owned.get(path)
        if entry and entry.kind:
            return entry
    return None
