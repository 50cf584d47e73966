"""Read flake.lock, as Nix writes it (Nix manual, "Lock files")."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - cattrs reads it
from types import MappingProxyType
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import Fault, WrongInputError, did_you_mean_or_known, raise_all
from voidgen.lock import pinned as pins
from voidgen.nix import flake_attributes
from voidgen.nix.flake_attributes import FORGES, Attributes, spelled, url
from voidgen.schema import typed_json
from voidgen.system import credentials
from voidgen.system.files import read_optional_input
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from voidgen.plan.plan import Plan

FILE = "flake.lock"
LARGEST = 1 << 26
"""Maximum size in bytes; the lock of a hundred thousand inputs would be smaller."""

RESTORE = "restore it with git, or remove it and run `voidgen lock`"

_REPOSITORIES = (*FORGES, "git", "hg")


@frozen
class Node:
    """An input in the lock file; a list in ``inputs`` is a way from the root to another one."""

    locked: Attributes | None = None
    original: Attributes = MappingProxyType({})
    inputs: Mapping[str, str | tuple[str, ...]] = MappingProxyType({})


@frozen
class LockFile:
    """The inputs by the names that Nix gives them; ``root`` is the name of the flake itself."""

    nodes: Mapping[str, Node]
    root: str
    version: int | None = None

    def __attrs_post_init__(self) -> None:
        known = self.nodes.keys()
        for node in (self.root, *(to for one in self.nodes.values() for to in one.inputs.values())):
            if isinstance(node, str) and node not in known:
                raise GarbledError(f"has no input {node!r}")


@frozen
class _Locked:
    """An input of the root: where it comes from, and what pins it."""

    original: Attributes
    pins: Attributes
    inputs: Mapping[str, str | tuple[str, ...]]

    @classmethod
    def of(cls, node: Node) -> _Locked:
        """Return ``node``; GarbledError if nothing pins it."""
        if node.locked is None:
            raise GarbledError("an input is not locked")
        found = cls(node.original, node.locked, node.inputs)
        found.input("", "")
        return found

    def input(self, name: str, reference: str) -> Input:
        """Return it as the input ``name`` from ``reference``."""
        found = pins.of_attributes(self.pins)
        return Input(
            name, reference, found.rev, found.date, found.hash, url(self.pins), found.modified
        )

    def follows(self, name: str) -> dict[str, tuple[str, ...]]:
        """Return the inputs of this one, ``name``, that are replaced by inputs of the project."""
        return {
            own: to
            for own, to in self.inputs.items()
            # The way to an input that the flake itself names begins with the flake.
            if isinstance(to, tuple) and to and to[0] != name
        }

    def is_from(self, reference: str) -> bool:
        """Return whether it was locked from ``reference``."""
        expected = flake_attributes.of_reference(reference)
        return not expected or expected == {
            key: spelled(value) for key, value in self.original.items()
        }


@frozen
class Input:
    """A flake input: where it comes from, and what it is locked to (empty: not locked).

    ``rev`` is its commit, or its narHash if it has no commit. ``date`` is the commit's date in UTC,
    ``hash`` the narHash, and ``url`` the flake reference of exactly these bytes. ``modified`` is
    the commit's time (``lastModified``) in seconds since 1970. It is 0 without a commit: Nix 2.8
    locks no time for an archive, and a folder's time differs between machines.
    """

    name: str
    reference: str
    rev: str = ""
    date: str = ""
    hash: str = ""
    url: str = ""
    modified: int = 0


def inputs(folder: Path, plan: Plan, *, anywhere: bool = False) -> list[Input]:
    """Return the inputs of the emitted flake, with what flake.lock says of them.

    An input that is locked from another reference than voidgen.toml has, or whose inputs follow
    others, counts as not locked, except with ``anywhere``. Raises WrongInputError if flake.lock is
    not what Nix writes, or an entry does not pin its bytes.
    """
    found = _locked(folder / FILE)
    return [
        found[name].input(name, where)
        if name in found and (anywhere or _is_as_written(found[name], name, where, plan))
        else Input(name, where)
        for name, where in references(plan).items()
    ]


def _is_as_written(found: _Locked, name: str, reference: str, plan: Plan) -> bool:
    one = plan.config.nix.sets.get(name)
    wanted = {own: (other,) for own, other in one.follows.items()} if one else {}
    return found.is_from(reference) and found.follows(name) == wanted


def unknown_follows(folder: Path, plan: Plan, file: Path) -> Iterator[Fault]:
    """Yield a fault for each input in ``follows`` of ``file``, voidgen.toml, that no flake has."""
    found = _locked(folder / FILE)
    for name, one in plan.config.nix.sets.items():
        has = found[name].inputs if name in found else {}
        for own in one.follows:
            if name in found and own not in has:
                what = f"the flake {one.source} has no input {own!r}"
                key = ("nix", "sets", name, "follows", own)
                yield Fault(what, file, key, remedy=did_you_mean_or_known(own, has, "inputs"))


def pinned(file: Path) -> list[Input]:
    """Return the inputs that the lock file ``file`` pins, whatever flake it belongs to."""
    return [one.input(name, "") for name, one in _locked(file).items()]


def locked(folder: Path, name: str) -> Attributes | None:
    """Return the attributes that pin input ``name``, as Nix wrote them; None if nothing does."""
    found = _locked(folder / FILE).get(name)
    return found.pins if found else None


def references(plan: Plan) -> dict[str, str]:
    """Return the emitted flake's inputs, by name, as voidgen.toml writes them."""
    mklive = plan.config.mklive
    sets = {name: one.source for name, one in plan.config.nix.every_set().items()}
    return pins.references(sets, mklive.source if mklive else None)


def _locked(file: Path) -> dict[str, _Locked]:
    """Return each input of the root, by name."""
    data = read_optional_input(file, LARGEST)
    if data is None:
        return {}
    try:
        lock = typed_json.read(data, LockFile)
        raise_all([*_unpinned_faults(lock.nodes, file), *_secret_faults(lock.nodes, file)])
        return {
            name: _Locked.of(lock.nodes[to] if isinstance(to, str) else Node())
            for name, to in lock.nodes[lock.root].inputs.items()
        }
    except GarbledError:
        raise WrongInputError(Fault("is not a lock file of Nix", file, remedy=RESTORE)) from None


def _secret_faults(nodes: Mapping[str, Node], file: Path) -> Iterator[Fault]:
    """Yield a fault for each entry, of inputs' inputs too, that has a password or token."""
    for name, node in nodes.items():
        for attributes_ in (node.locked or {}, node.original):
            # In the form of a flake reference's query, because an entry has its parts.
            given = " ".join(f"&{part}={value}" for part, value in attributes_.items())
            if secret := credentials.secret_in(given):
                yield Fault(f"{name} has a URL with {secret}", file, remedy=credentials.LOCKED)
                break


def _unpinned_faults(nodes: Mapping[str, Node], file: Path) -> Iterator[Fault]:
    """Yield a fault for each entry, of inputs' inputs too, that does not pin its bytes."""
    for name, node in nodes.items():
        if node.locked is None:
            continue
        needed = ["narHash", *(["rev"] if node.locked.get("type") in _REPOSITORIES else [])]
        lacks = [key for key in needed if not node.locked.get(key)]
        if lacks:
            what = f"{name} is locked without {' and without '.join(lacks)}: its bytes may change"
            yield Fault(what, file, remedy=RESTORE)
