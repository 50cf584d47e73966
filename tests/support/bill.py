"""The bill of materials of an ISO as the CycloneDX library makes it."""

from collections.abc import Iterable, Sequence

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense, License, LicenseExpression
from cyclonedx.spdx import is_supported_id
from packageurl import PackageURL

from voidgen.image.iso_manifest import BakedPackages, IsoManifest
from voidgen.iso.bill import REMOVED
from voidgen.system import sri
from voidgen.xbps.types import Package


def of(made: IsoManifest) -> Bom:
    """The bill of the ISO with this manifest, without its serial number."""
    removed = made.plan.image.remove_files or ()
    top = Component(
        name=made.plan.image.name, bom_ref="iso", type=ComponentType.OPERATING_SYSTEM,
        description=made.plan.image.title, hashes=[_hash(made.iso.hash)],
        properties=[Property(name=REMOVED, value=one) for one in removed],
    )  # fmt: skip
    nix, xbps = {one.bom_ref.value: one for one in _nix(made.nix)}, [*_xbps(made.xbps)]
    bom = Bom(components=[*nix.values(), *xbps])
    bom.metadata.component = top
    selected = {path for one in made.nix.packages for path in one.outputs.values()}
    bom.register_dependency(top, [*(nix[path] for path in selected), *xbps])
    for entry in made.nix.closure.paths:
        needs = [nix[path] for path in entry.references if path != entry.path]
        bom.register_dependency(nix[entry.path], needs)
    for one in xbps:
        bom.register_dependency(one)
    return bom


def _nix(made: BakedPackages) -> Iterable[Component]:
    known = {path: one for one in made.packages for path in one.outputs.values()}
    for entry in made.closure.paths:
        one = known.get(entry.path)
        name = one.pname if one else entry.path.rpartition("/")[2].partition("-")[2]
        version = one.version or None if one else None
        yield Component(
            name=name, version=version, bom_ref=entry.path, type=ComponentType.LIBRARY,
            purl=PackageURL("nix", name=name, version=version),
            licenses=_licenses(one.license if one else ()),
        )  # fmt: skip


def _xbps(packages: Iterable[Package]) -> Iterable[Component]:
    for one in packages:
        yield Component(
            name=one.name, version=one.version, bom_ref=one.file, type=ComponentType.LIBRARY,
            purl=PackageURL("xbps", "void", one.name, one.version, {"arch": one.arch}),
            hashes=[_hash(one.hash)],
        )  # fmt: skip


def _hash(value: str) -> HashType:
    return HashType(alg=HashAlgorithm.SHA_256, content=sri.hex_of(value))


def _licenses(names: Sequence[str]) -> Iterable[License]:
    if len(names) == 1 and any(word in names[0] for word in (" AND ", " OR ", " WITH ")):
        return [LicenseExpression(names[0])]
    return [
        DisjunctiveLicense(id=name) if is_supported_id(name) else DisjunctiveLicense(name=name)
        for name in names
    ]
