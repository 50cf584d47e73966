"""What Nix built, from the JSON of the default output's manifest.json. Standard library only.

`built_image` has it as types that check every value, for what a stranger built.
"""

from __future__ import annotations

from itertools import chain
from typing import Any, NamedTuple

from voidgen.image.overlay_files import EntryFacts
from voidgen.schema import header
from voidgen.system import iso_name, untrusted
from voidgen.system.untrusted import GarbledError, of_type, texts

HEADER: dict[str, str | int] = {"kind": "voidgen-built-image", "version": 2}


class PackageFacts(NamedTuple):
    """A package that was asked for: see `closure.Package`."""

    name: str
    pname: str
    version: str
    outputs: dict[str, str]
    license: list[str]


class PathFacts(NamedTuple):
    """A store path of the closure, its bytes, and the store paths that it refers to."""

    path: str
    size: int
    references: list[str]


class Image(NamedTuple):
    """What a plan says of the image.

    ``max_size`` is in bytes, ``remove_files`` are patterns, ``file_name`` is the ISO's.
    """

    name: str
    title: str
    arch: str
    max_size: int | None
    remove_files: tuple[str, ...] = ()
    version: str | None = None
    file_name: str = iso_name.DEFAULT

    def iso_stem(self, source_date: int) -> str:
        """Return the ISO's name without its ending; ``source_date`` in seconds since 1970."""
        date = iso_name.date_of(source_date)
        return iso_name.stem(self.file_name, self.name, self.arch, self.version, date)


class BuildJson(NamedTuple):
    """A built image: ``plan``, ``packages`` and ``closure`` are JSON, for an ISO's documents.

    ``sets`` are the package sets, as voidgen.toml writes them. ``mklive`` is the flake reference of
    mklive's source, if the image names one.
    """

    plan: Any
    packages: Any
    closure: Any
    image: Image
    sets: dict[str, str]
    mklive: str | None
    entries: list[EntryFacts]
    selected: list[PackageFacts]
    paths: list[PathFacts]


def read(data: bytes) -> BuildJson:
    """Return what manifest.json says; GarbledError if it is not an image's manifest."""
    try:
        value = untrusted.parse_json(data)
        header.check(value, HEADER)
        build = _read(value["plan"], value["packages"], value["closure"])
    except untrusted.DAMAGED:
        raise GarbledError("is not an image's manifest") from None
    known = {one.path for one in build.paths}
    outputs = (one.outputs.values() for one in build.selected)
    references = (one.references for one in build.paths)
    for path in chain.from_iterable(chain(outputs, references)):
        if path not in known:
            raise GarbledError(f"is not an image's manifest: its closure does not have {path}")
    return build


def _read(plan: Any, packages: Any, closure: Any) -> BuildJson:
    image, mklive = plan["image"], plan["mklive"]
    name, title, arch = (of_type(image[key], str) for key in ("name", "title", "arch"))
    limit, removed = image["max-size"], tuple(texts(image.get("remove-files", [])))
    return BuildJson(
        # An ISO is the same, whatever made it.
        {key: value for key, value in plan.items() if key != "container"},
        packages,
        closure,
        Image(
            name,
            title,
            arch,
            None if limit is None else of_type(limit, int),
            removed,
            of_type(image["version"], str) if "version" in image else None,
            of_type(image.get("file-name", iso_name.DEFAULT), str),
        ),
        _sets(plan["nix"]),
        None if mklive is None else of_type(mklive["source"], str),
        [_entry(one) for one in plan["include"]],
        [_package(one) for one in packages],
        [
            PathFacts(
                of_type(one["path"], str), of_type(one["narSize"], int), texts(one["references"])
            )
            for one in closure["paths"]
        ],
    )


def _sets(nix: Any) -> dict[str, str]:
    sets = nix.get("sets", {}).items()
    named = {name: one.get("nixpkgs") or one["flake"] for name, one in sets}
    return {name: of_type(one, str) for name, one in {"nixpkgs": nix["nixpkgs"], **named}.items()}


def _package(one: Any) -> PackageFacts:
    name, pname, version = (of_type(one[key], str) for key in ("name", "pname", "version"))
    outputs = {key: of_type(path, str) for key, path in one["outputs"].items()}
    return PackageFacts(name, pname, version, outputs, texts(one["license"]))


def _entry(one: Any) -> EntryFacts:
    mode, owner, group, target = (
        of_type(one[key], str) if key in one else None
        for key in ("mode", "owner", "group", "target")
    )
    path, kind = of_type(one["path"], str), of_type(one["type"], str)
    return EntryFacts(path, kind, mode, owner, group, target, one.get("made-by"))
