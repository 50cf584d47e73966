"""A built image as a snapshot: what `nix build` made, and what an ISO says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voidgen.errors import Fault, WrongInputError
from voidgen.image import built as built_image
from voidgen.image import overlay, snapshot_file
from voidgen.image.snapshot import Locked, Selected, Snapshot, Xbps
from voidgen.nix.closure import StorePath, store_paths
from voidgen.system import untrusted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from voidgen.lock.flake_lock import Input
    from voidgen.lock.state import Pins
    from voidgen.lock.types import Lock


def built(named: str, result: Path) -> Snapshot:
    """What `nix build` made."""
    made = built_image.manifest(result)
    try:
        return image(named, made, result / "include", None)
    except untrusted.GARBLED:
        raise WrongInputError(built_image.fault(result)) from None


def image(named: str, made: Mapping[str, Any], include: Path, locks: Pins | None) -> Snapshot:
    """A built image: its manifest, its overlay, and what it was locked to where that is known."""
    container, packages = void(locks.lock) if locks else (None, None)
    return Snapshot(
        named,
        made["plan"],
        inputs(locks.inputs) if locks else None,
        container,
        packages,
        *_closure(made),
        overlay.built(made["plan"]["include"], include),
    )


def manifest(named: str, data: Mapping[str, Any], file: Path) -> Snapshot:
    """A saved snapshot, or the manifest beside or in an ISO."""
    if data.get("kind") == snapshot_file.KIND:
        return snapshot_file.parse(data, file)
    if data.get("version") != 1:
        remedy = "it is of a newer voidgen: use that one, or make the ISO again"
        raise WrongInputError(Fault(f"has version {data.get('version')!r}", file, remedy=remedy))
    try:
        return Snapshot(
            named,
            data["plan"],
            None,
            data["container"],
            {one["pkgver"].rpartition("-")[0]: _xbps(one) for one in data["xbps"]},
            *_closure(data["nix"]),
            overlay.entries(data["plan"]["include"]),
        )
    except untrusted.GARBLED:
        remedy = "name NAME.manifest.json beside an ISO, or the ISO itself"
        raise WrongInputError(
            Fault("is none of voidgen's manifests", file, remedy=remedy)
        ) from None


def selected(packages: Iterable[Mapping[str, Any]]) -> dict[str, Selected]:
    """The packages asked for, by their name in voidgen.toml."""
    return {one["name"]: Selected(one["pname"], one["version"], one["outputs"]) for one in packages}


def _closure(
    nix_: Mapping[str, Any],
) -> tuple[dict[str, Selected], dict[str, StorePath]]:
    """The packages asked for, and all that they need: without the profile that links to them."""
    packages, paths = selected(nix_["packages"]), store_paths(nix_["closure"]["paths"])
    waiting = [path for one in packages.values() for path in one.outputs.values()]
    found: dict[str, StorePath] = {}
    while waiting:
        path = waiting.pop()
        if path not in found:
            found[path] = paths[path]
            waiting += paths[path].references
    return packages, found


def inputs(found: Iterable[Input]) -> dict[str, Locked]:
    """What flake inputs are locked to, by name."""
    return {one.name: Locked(one.rev, one.date) for one in found}


def void(lock: Lock | None) -> tuple[str, dict[str, Xbps]]:
    """The container, and the packages of Void by name."""
    packages = lock.xbps.packages if lock and lock.xbps else ()
    return lock.container if lock else "", {
        one.name: Xbps(one.version, one.size) for one in packages
    }


def _xbps(one: Mapping[str, Any]) -> Xbps:
    return Xbps(one["pkgver"].rpartition("-")[2], one["size"])
