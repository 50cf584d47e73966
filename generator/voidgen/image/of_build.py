"""A built image as a snapshot: what `nix build` made, and what an ISO says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import Fault, WrongInputError
from voidgen.image import built as built_image
from voidgen.image import needed, overlay, snapshot_file
from voidgen.image.iso_manifest import IsoManifest
from voidgen.image.snapshot import Locked, Selected, Snapshot, Xbps
from voidgen.schema import typed_json
from voidgen.system.untrusted import GarbledError, OtherVersionError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from voidgen.image.built_image import BuiltImage
    from voidgen.image.closure import Closure, Package
    from voidgen.lock.flake_lock import Input
    from voidgen.lock.types import Lock
    from voidgen.nix.closure import StorePath
    from voidgen.xbps.types import Package as XbpsPackage


def built(named: str, result: Path) -> Snapshot:
    """Return the snapshot of what `nix build` made."""
    return image(named, built_image.read(result), result / "include")


def image(named: str, made: BuiltImage, include: Path) -> Snapshot:
    """Return a built image: its manifest and its overlay. Its locks are unknown."""
    return Snapshot(
        named,
        made.plan,
        None,
        None,
        None,
        selected(made.packages),
        _needed(made.packages, made.closure),
        overlay.built(made.plan.include, include),
    )


@frozen
class _Header:
    """The field that says which kind of document it is."""

    kind: str | None = None


def manifest(named: str, value: object, file: Path) -> Snapshot:
    """Return the saved snapshot or manifest of an ISO that ``value``, the JSON in ``file``, is."""
    try:
        if typed_json.structure(value, _Header).kind == Snapshot.HEADER["kind"]:
            return snapshot_file.structure(value, file)
        return of_iso(named, typed_json.structure(value, IsoManifest))
    except OtherVersionError as error:
        remedy = "another version of voidgen wrote it: use that version, or build the ISO again"
        raise WrongInputError(Fault(f"has version {error.version}", file, remedy=remedy)) from None
    except GarbledError as error:
        remedy = "name NAME.manifest.json beside an ISO, or the ISO itself"
        what = f"is not a manifest that voidgen wrote: {error}"
        raise WrongInputError(Fault(what, file, remedy=remedy)) from None


def of_iso(named: str, made: IsoManifest) -> Snapshot:
    """Return the snapshot that the manifest of an ISO describes."""
    return Snapshot(
        named,
        made.plan,
        None,
        made.container,
        _xbps(made.xbps),
        selected(made.nix.packages),
        _needed(made.nix.packages, made.nix.closure),
        overlay.entries(made.plan.include),
    )


def selected(packages: Iterable[Package]) -> dict[str, Selected]:
    """Return the packages asked for, by their name in voidgen.toml."""
    return {one.name: Selected(one.pname, one.version, one.outputs) for one in packages}


def _needed(packages: Iterable[Package], closure: Closure) -> dict[str, StorePath]:
    """Return all that the packages need, without the profile that links to them."""
    outputs = (path for one in packages for path in one.outputs.values())
    references = {path: one.references for path, one in closure.store_paths.items()}
    return {path: closure.store_paths[path] for path in needed.of(outputs, references)}


def inputs(found: Iterable[Input]) -> dict[str, Locked]:
    """Return what flake inputs are locked to, by name."""
    return {one.name: Locked(one.rev, one.date) for one in found}


def void(lock: Lock | None) -> tuple[str, dict[str, Xbps]]:
    """Return the container, and the Void packages by name."""
    return lock.container if lock else "", _xbps(lock.xbps.packages if lock and lock.xbps else ())


def _xbps(packages: Iterable[XbpsPackage]) -> dict[str, Xbps]:
    return {one.name: Xbps(one.version, one.size) for one in packages}
