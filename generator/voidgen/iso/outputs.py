"""Write the files beside the ISO: sums, manifest, and CycloneDX bill of materials."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from voidgen import __version__
from voidgen.errors import WrongInputError
from voidgen.image import built as built_image
from voidgen.image.iso_manifest import BakedPackages, IsoFile, IsoManifest
from voidgen.lock.types import Lock
from voidgen.schema import canonical_json, typed_json
from voidgen.system import sha256sums, sri
from voidgen.system.files import read_input
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from cyclonedx.model import HashType
    from cyclonedx.model.component import Component
    from cyclonedx.model.license import License

    from voidgen.image.built_image import BuiltImage
    from voidgen.xbps.types import Package

_EXPRESSION = re.compile(r" (?:AND|OR|WITH) ")

KINDS = ("iso", "iso.sha256", "cdx.json", "manifest.json")
"""Endings of the files; the manifest is moved to its place last."""
SUMMED = ("iso", "cdx.json", "manifest.json")
"""Files in the sums: one signature of the sums covers all of them."""


def reused(out: Path, name: str, built: BuiltImage, lock: Lock | None) -> Iterable[str]:
    """Yield a line for each part that the ISO shares with the earlier ISO in ``out``."""
    try:
        data = read_input(out / f"{name}.manifest.json", built_image.LARGEST)
        found = typed_json.read(data, IsoManifest)
    except (WrongInputError, GarbledError):
        return
    if found.nix.closure == built.closure:
        yield f"reused: the closure, {len(built.closure.paths)} store paths"
    if found.xbps == _packages(lock):
        yield f"reused: {len(found.xbps)} packages of Void"


def write(iso: Path, name: str, built: BuiltImage, lock: Lock | None, inputs: str) -> str:
    """Write sums, bill of materials and manifest beside ``iso``; return the ISO's hash (SRI).

    ``inputs`` is the hash of the ISO's inputs, ``name`` its name in ``out``.
    """
    lock = lock or Lock()
    hash_ = sri.of_file(iso)
    manifest = IsoManifest(
        voidgen=__version__,
        inputs=inputs,
        iso=IsoFile(f"{name}.iso", hash_, iso.stat().st_size),
        container=lock.container,
        nix=BakedPackages(built.packages, built.closure),
        plan=built.plan,
        xbps=_packages(lock),
    )
    made = {
        "cdx.json": bill(manifest).encode() + b"\n",
        "manifest.json": canonical_json.to_json(typed_json.plain(manifest)),
    }
    hashes = {"iso": hash_, **{kind: sri.of_bytes(data) for kind, data in made.items()}}
    made["iso.sha256"] = sha256sums.dump({f"{name}.{kind}": hashes[kind] for kind in SUMMED})
    for kind, data in made.items():
        iso.with_name(f"{iso.stem}.{kind}").write_bytes(data)
    return hash_


def _packages(lock: Lock | None) -> tuple[Package, ...]:
    return lock.xbps.packages if lock and lock.xbps else ()


def bill(made: IsoManifest) -> str:
    """Return NAME.cdx.json: CycloneDX 1.6, with every store path and every package of Void."""
    from cyclonedx.model.bom import Bom, BomMetaData  # noqa: PLC0415
    from cyclonedx.model.component import Component, ComponentType  # noqa: PLC0415
    from cyclonedx.output.json import JsonV1Dot6  # noqa: PLC0415

    image = made.plan.image
    top = Component(
        name=image.name,
        bom_ref="iso",
        type=ComponentType.OPERATING_SYSTEM,
        description=image.title,
        hashes=[_hash(made.iso.hash)],
    )
    nix, xbps = {one.bom_ref.value: one for one in _nix(made.nix)}, list(_xbps(made.xbps))
    bom = Bom(
        # Only from the content, so that the same image has the same bill.
        serial_number=uuid5(NAMESPACE_URL, f"urn:{made.iso.hash}"),
        components=[*nix.values(), *xbps],
    )
    bom.metadata = BomMetaData(component=top)
    bom.metadata.timestamp = None  # type: ignore[assignment]
    selected = {path for one in made.nix.packages for path in one.outputs.values()}
    bom.register_dependency(top, [*(nix[path] for path in sorted(selected)), *xbps])
    for entry in made.nix.closure.paths:
        needs = [nix[path] for path in entry.references if path != entry.path]
        bom.register_dependency(nix[entry.path], needs)
    return JsonV1Dot6(bom).output_as_string(indent=2)


def _nix(made: BakedPackages) -> Iterable[Component]:
    from cyclonedx.model.component import Component, ComponentType  # noqa: PLC0415
    from packageurl import PackageURL  # noqa: PLC0415

    known = {path: one for one in made.packages for path in one.outputs.values()}
    for entry in made.closure.paths:
        path = entry.path
        one = known.get(path)
        name = one.pname if one else path.rpartition("/")[2].partition("-")[2]
        version = one.version if one else None
        yield Component(
            name=name,
            version=version or None,
            bom_ref=path,
            type=ComponentType.LIBRARY,
            purl=PackageURL("nix", name=name, version=version),
            licenses=_licences(one.license if one else ()),
        )


def _xbps(packages: Iterable[Package]) -> Iterable[Component]:
    from cyclonedx.model.component import Component, ComponentType  # noqa: PLC0415
    from packageurl import PackageURL  # noqa: PLC0415

    for one in packages:
        yield Component(
            name=one.name,
            version=one.version,
            bom_ref=one.file,
            type=ComponentType.LIBRARY,
            purl=PackageURL("xbps", "void", one.name, one.version, {"arch": one.arch}),
            hashes=[_hash(one.hash)],
        )


def _hash(value: str) -> HashType:
    from cyclonedx.model import HashAlgorithm, HashType  # noqa: PLC0415

    return HashType(alg=HashAlgorithm.SHA_256, content=sri.hex_of(value))


def _licences(names: Sequence[str]) -> Sequence[License]:
    """Return licenses for CycloneDX, which allows either one expression or several licenses."""
    from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression  # noqa: PLC0415
    from cyclonedx.spdx import is_supported_id  # noqa: PLC0415

    if len(names) == 1 and _EXPRESSION.search(names[0]):
        return [LicenseExpression(names[0])]
    return [
        DisjunctiveLicense(id=name) if is_supported_id(name) else DisjunctiveLicense(name=name)
        for name in names
    ]
