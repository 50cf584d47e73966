"""The bill of materials: CycloneDX's library reads it, and finds what the ISO is made from."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.spdx import is_supported_id
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL
from tests.support import bill as by_library
from tests.support import documents

from voidgen.image import build_json
from voidgen.image.iso_json import IsoFacts
from voidgen.image.iso_manifest import IsoManifest
from voidgen.iso import bill
from voidgen.lock import lock_json
from voidgen.schema import typed_json
from voidgen.system import sri

IDS = frozenset(bill.SPDX_IDS.read_text().split())
A, B, C = (f"{documents.STORE}{name}" for name in ("a", "b:~x+1", "c-1.0"))
BUILT = documents.built_data(
    [
        {"name": "a", "outputs": {"out": A}, "license": ["MIT", "unfree", "MIT"]},
        {"name": "b^man", "pname": "ü b", "version": "", "outputs": {"man": B},
         "license": ["MIT OR Apache-2.0"]},
    ],
    [{"path": A, "references": [C, A, B]}, {"path": B, "references": []},
     {"path": C, "references": [B]}],
    plan=documents.plan_data(image={"remove-files": ["/usr/share/doc/*", "/**/*.pyc"]}),
)  # fmt: skip
ISO = IsoFacts("x.iso", sri.of_bytes(b"iso"), 3)
XBPS = [
    {**documents.xbps(pkgver, 5), "hash": sri.of_bytes(pkgver.encode())}
    for pkgver in ("htop-3_1", "libstdc++-12~rc1:2_1")
]
LOCK = {"version": lock_json.VERSION, "container": "flake", "xbps": {"packages": XBPS}}


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    build = build_json.read(json.dumps(BUILT).encode())
    return bill.document(ISO, build, lock_json.read(json.dumps(LOCK).encode()))


def read(document: object) -> Bom:
    """Have the library read it; it asks for no types there."""
    found: Bom = Bom.from_json(document)  # type: ignore[attr-defined]
    return found


def needs(bom: Bom) -> dict[str | None, set[str | None]]:
    return {
        one.ref.value: {other.ref.value for other in one.dependencies} for one in bom.dependencies
    }


def test_it_is_valid(written: dict[str, Any]) -> None:
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415 - takes seconds

    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(json.dumps(written)) is None


def test_it_says_what_the_library_would(written: dict[str, Any]) -> None:
    manifest = documents.iso_data(BUILT, iso=ISO._asdict(), xbps=XBPS)
    expected = by_library.of(typed_json.structure(manifest, IsoManifest))
    found = read(written)
    assert found.metadata.component == expected.metadata.component
    assert found.components == expected.components
    assert needs(found) == needs(expected)
    assert len(found.components) == 5
    assert len(needs(found)) == 6


def test_the_same_iso_has_the_same_serial_number(written: dict[str, Any]) -> None:
    assert written["serialNumber"] == "urn:uuid:4c734a17-ef7f-567a-ae6c-23dc7ba96a0d"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["MIT"], [{"license": {"id": "MIT"}}]),
        (["unfree"], [{"license": {"name": "unfree"}}]),
        (["LicenseRef-nixos-unfree"], [{"license": {"name": "LicenseRef-nixos-unfree"}}]),
        (["MIT OR Apache-2.0"], [{"expression": "MIT OR Apache-2.0"}]),
        # CycloneDX allows an expression only alone.
        (
            ["GPL-2.0-only WITH x", "MIT"],
            [{"license": {"name": "GPL-2.0-only WITH x"}}, {"license": {"id": "MIT"}}],
        ),
        (["MIT", "MIT"], [{"license": {"id": "MIT"}}]),
    ],
)
def test_licenses_are_ids_expressions_or_names(names: Sequence[str], expected: list[Any]) -> None:
    assert bill.licenses(names, IDS) == expected


def test_each_id_is_one_of_cyclonedx() -> None:
    assert [one for one in IDS if not is_supported_id(one)] == []
    assert len(IDS) > 700


@given(
    name=st.text(min_size=1).filter(lambda text: text.strip().strip("/") == text),
    version=st.text().filter(lambda text: text.strip() == text),
    arch=st.sampled_from(["x86_64", "x86_64-musl", "noarch"]),
)
def test_package_urls_are_those_of_the_library(name: str, version: str, arch: str) -> None:
    assert bill.package_url("nix", name, version) == str(PackageURL("nix", None, name, version))
    void = PackageURL("xbps", "void", name, version, {"arch": arch})
    assert bill.package_url("xbps/void", name, version, {"arch": arch}) == str(void)
