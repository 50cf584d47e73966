"""The bill of materials of an ISO, NAME.cdx.json: CycloneDX 1.6. Standard library only.

https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from voidgen.system import sri

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from voidgen.image.build_json import BuildJson
    from voidgen.image.iso_json import IsoFacts
    from voidgen.lock.lock_json import LockedParts

SPDX_IDS = Path(__file__).with_name("spdx_ids.txt")
"""The licenses that CycloneDX knows by an id, one a line. Made by tools/spdx_ids.py."""
REMOVED = "voidgen:remove-files"
"""The property of the ISO for each pattern of [image] remove-files."""
_EXPRESSION = re.compile(r" (?:AND|OR|WITH) ")


def document(iso: IsoFacts, build: BuildJson, locked: LockedParts) -> dict[str, Any]:
    """Return the bill, which has every store path and every package of Void.

    It depends only on the content, so that the same image has the same bill. Raises OSError if
    `SPDX_IDS` cannot be read.
    """
    selected = {path for one in build.selected for path in one.outputs.values()}
    files = [one.file for one in locked.packages]
    needs: dict[str, Iterable[str]] = {
        "iso": {*selected, *files},
        **{one.path: {*one.references} - {one.path} for one in build.paths},
        **dict.fromkeys(files, ()),
    }
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "serialNumber": uuid5(NAMESPACE_URL, f"urn:{iso.hash}").urn,
        "metadata": {
            "component": {
                "type": "operating-system",
                "bom-ref": "iso",
                "name": build.image.name,
                **({"version": build.image.version} if build.image.version else {}),
                "description": build.image.title,
                "hashes": [_hash(iso.hash)],
                **_removed(build.image.remove_files),
            }
        },
        "components": [*_store_paths(build), *_void_packages(locked)],
        "dependencies": [_dependency(ref, needs[ref]) for ref in sorted(needs)],
    }


def _removed(patterns: Iterable[str]) -> dict[str, Any]:
    """Return the property that says which files of the packages the ISO does not have."""
    found = [{"name": REMOVED, "value": one} for one in patterns]
    return {"properties": found} if found else {}


def _store_paths(build: BuildJson) -> Iterator[dict[str, Any]]:
    known = {path: one for one in build.selected for path in one.outputs.values()}
    ids = frozenset(SPDX_IDS.read_text("ascii").split())
    for entry in build.paths:
        one = known.get(entry.path)
        name = one.pname if one else entry.path.rpartition("/")[2].partition("-")[2]
        version = one.version if one else ""
        found: dict[str, Any] = {
            "type": "library",
            "bom-ref": entry.path,
            "name": name,
            "purl": package_url("nix", name, version),
        }
        if version:
            found["version"] = version
        if one and one.license:
            found["licenses"] = licenses(one.license, ids)
        yield found


def _void_packages(locked: LockedParts) -> Iterator[dict[str, Any]]:
    for one in locked.packages:
        yield {
            "type": "library",
            "bom-ref": one.file,
            "name": one.name,
            "version": one.version,
            "purl": package_url("xbps/void", one.name, one.version, {"arch": one.arch}),
            "hashes": [_hash(one.hash)],
        }


def _hash(value: str) -> dict[str, str]:
    return {"alg": "SHA-256", "content": sri.hex_of(value)}


def _dependency(ref: str, needs: Iterable[str]) -> dict[str, Any]:
    found = sorted(needs)
    return {"ref": ref, "dependsOn": found} if found else {"ref": ref}


def package_url(
    kind: str, name: str, version: str, qualifiers: Mapping[str, str] | None = None
) -> str:
    """Return a package URL (https://github.com/package-url/purl-spec).

    ``kind`` is its type, or type and namespace.
    """
    at = f"@{_quoted(version)}" if version else ""
    pairs = "&".join(f"{key}={_quoted(value)}" for key, value in sorted((qualifiers or {}).items()))
    return f"pkg:{kind}/{_quoted(name)}{at}{'?' if pairs else ''}{pairs}"


def _quoted(text: str) -> str:
    return quote(text).replace("%3A", ":")


def licenses(names: Iterable[str], ids: Collection[str]) -> list[dict[str, Any]]:
    """Return a component's licenses: CycloneDX allows either one expression or several licenses.

    ``ids`` are those that it knows.
    """
    found = [*dict.fromkeys(names)]
    if len(found) == 1 and _EXPRESSION.search(found[0]):
        return [{"expression": found[0]}]
    return [{"license": {"id" if name in ids else "name": name}} for name in found]
