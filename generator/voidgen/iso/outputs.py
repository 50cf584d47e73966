"""What lies beside the ISO: sums, its manifest, and its CycloneDX bill of materials."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

import attrs

from voidgen import __version__
from voidgen.errors import WrongInputError
from voidgen.image import built as built_image
from voidgen.lock.types import Lock
from voidgen.schema import canonical_json
from voidgen.system import sha256sums, sri, untrusted
from voidgen.system.files import read_regular_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from cyclonedx.model import HashType
    from cyclonedx.model.component import Component
    from cyclonedx.model.license import License


_EXPRESSION = re.compile(r" (?:AND|OR|WITH) ")

VERSION = 1
KINDS = ("iso", "iso.sha256", "cdx.json", "manifest.json")
"""Endings of what is made; the manifest is the last to be put in its place."""
SUMMED = ("iso", "cdx.json", "manifest.json")
"""Of these there are sums; one signature of the sums is one of all."""


def _earlier(out: Path, name: str) -> Any:
    """What the manifest says that is there."""
    return untrusted.parse_json(
        read_regular_file(out / f"{name}.manifest.json", built_image.LARGEST)
    )


def reused(out: Path, name: str, built: Mapping[str, Any], lock: Lock | None) -> Iterable[str]:
    """What goes into the ISO as it went into the earlier one in ``out``, a line for each."""
    try:
        found = _earlier(out, name)
        closure, packages = found["nix"]["closure"], found["xbps"]
    except (OSError, WrongInputError, *untrusted.GARBLED):
        return
    if closure == built["closure"]:
        yield f"reused: the closure, {len(closure['paths'])} store paths"
    if packages == _packages(lock):
        yield f"reused: {len(packages)} packages of Void"


def write(iso: Path, name: str, built: Mapping[str, Any], lock: Lock | None, inputs: str) -> str:
    """Put what belongs to ``iso`` beside it: sums, bill of materials and manifest; its hash (SRI).

    ``built`` is the manifest of the flake's default output, ``inputs`` the hash of all that the
    ISO was made from, ``name`` what it will be called.
    """
    lock = lock or Lock()
    hash_ = sri.of_file(iso)
    facts = {"name": f"{name}.iso", "hash": hash_, "size": iso.stat().st_size}
    made = {
        "cdx.json": bill(built, lock, facts).encode() + b"\n",
        "manifest.json": manifest(built, lock, facts, inputs),
    }
    hashes = {"iso": hash_, **{kind: sri.of_bytes(data) for kind, data in made.items()}}
    made["iso.sha256"] = sha256sums.dump({f"{name}.{kind}": hashes[kind] for kind in SUMMED})
    for kind, data in made.items():
        iso.with_name(f"{iso.stem}.{kind}").write_bytes(data)
    return hash_


def manifest(built: Mapping[str, Any], lock: Lock, iso: Mapping[str, Any], inputs: str) -> bytes:
    """NAME.manifest.json (docs/reference/iso.md).

    ``built`` is the manifest of the flake's default output, ``iso`` tells name, hash and size,
    ``inputs`` is the hash of all that the ISO was made from.
    """
    return canonical_json.to_json(
        {
            "version": VERSION,
            "voidgen": __version__,
            "inputs": inputs,
            "iso": dict(iso),
            "container": lock.container,
            "nix": {"packages": built["packages"], "closure": built["closure"]},
            "plan": built["plan"],
            "xbps": _packages(lock),
        }
    )


def _packages(lock: Lock | None) -> list[dict[str, Any]]:
    """The packages of ``lock`` as JSON has them."""
    packages = lock.xbps.packages if lock and lock.xbps else ()
    return [{**attrs.asdict(one), "transactions": list(one.transactions)} for one in packages]


def bill(built: Mapping[str, Any], lock: Lock, iso: Mapping[str, Any]) -> str:
    """NAME.cdx.json: CycloneDX 1.6, with every store path and every package of Void."""
    from cyclonedx.model.bom import Bom, BomMetaData  # noqa: PLC0415
    from cyclonedx.model.component import Component, ComponentType  # noqa: PLC0415
    from cyclonedx.output.json import JsonV1Dot6  # noqa: PLC0415

    image = built["plan"]["image"]
    top = Component(
        name=image["name"],
        bom_ref="iso",
        type=ComponentType.OPERATING_SYSTEM,
        description=image["title"],
        hashes=[_hash(iso["hash"])],
    )
    nix, xbps = {one.bom_ref.value: one for one in _nix(built)}, list(_xbps(lock))
    bom = Bom(
        # From the content alone: the same image has the same bill.
        serial_number=uuid5(NAMESPACE_URL, f"urn:{iso['hash']}"),
        components=[*nix.values(), *xbps],
    )
    bom.metadata = BomMetaData(component=top)
    bom.metadata.timestamp = None  # type: ignore[assignment]
    selected = {path for one in built["packages"] for path in one["outputs"].values()}
    bom.register_dependency(top, [*(nix[path] for path in sorted(selected)), *xbps])
    for entry in built["closure"]["paths"]:
        needs = [nix[path] for path in entry["references"] if path != entry["path"]]
        bom.register_dependency(nix[entry["path"]], needs)
    return JsonV1Dot6(bom).output_as_string(indent=2)


def _nix(built: Mapping[str, Any]) -> Iterable[Component]:
    from cyclonedx.model.component import Component, ComponentType  # noqa: PLC0415
    from packageurl import PackageURL  # noqa: PLC0415

    known = {path: one for one in built["packages"] for path in one["outputs"].values()}
    for entry in built["closure"]["paths"]:
        path = entry["path"]
        name = path.rpartition("/")[2].partition("-")[2]
        one = known.get(path, {})
        yield Component(
            name=one.get("pname", name),
            version=one.get("version") or None,
            bom_ref=path,
            type=ComponentType.LIBRARY,
            purl=PackageURL("nix", name=one.get("pname", name), version=one.get("version")),
            licenses=_licences(one.get("license", ())),
        )


def _xbps(lock: Lock) -> Iterable[Component]:
    from cyclonedx.model.component import Component, ComponentType  # noqa: PLC0415
    from packageurl import PackageURL  # noqa: PLC0415

    for one in lock.xbps.packages if lock.xbps else ():
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
    """Licenses as CycloneDX has them: an expression must stand alone."""
    from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression  # noqa: PLC0415
    from cyclonedx.spdx import is_supported_id  # noqa: PLC0415

    if len(names) == 1 and _EXPRESSION.search(names[0]):
        return [LicenseExpression(names[0])]
    return [
        DisjunctiveLicense(id=name) if is_supported_id(name) else DisjunctiveLicense(name=name)
        for name in names
    ]
