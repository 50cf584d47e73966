"""Made-up documents: the plan, what is built, and what an ISO is, as JSON has them and as types."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from voidgen import project
from voidgen.image import freshness
from voidgen.image.built_image import BuiltImage
from voidgen.image.iso_manifest import IsoManifest
from voidgen.plan import render
from voidgen.plan.documents import Entry, PlanDocument
from voidgen.schema import typed_json
from voidgen.system import sri

BY = {"kind": "module", "name": "m"}
"""Who asks for things of a made-up plan."""
STORE = f"/nix/store/{'0' * 32}-"
"""The beginning of a made-up store path."""
IMAGE: dict[str, Any] = {
    "name": "made-up", "title": "Made up", "arch": "x86_64", "system": "x86_64-linux",
    "keymap": "us", "xkb": "us", "xkb-options": [], "locale": "C.UTF-8", "user": "me",
    "cmdline": [], "max-size": None,
}  # fmt: skip
NIX: dict[str, Any] = {
    "nixpkgs": "./p", "packages": [], "unfree": [], "insecure": [], "state-dir": "/var/nix"
}  # fmt: skip
PLAN: dict[str, Any] = {
    **PlanDocument.HEADER, "image": IMAGE, "nix": NIX,
    "xbps": {"repositories": [], "packages": [], "mirrors": []},
    "modules": [], "services": [], "users": [], "checks": [], "include": [], "mklive": None,
    "container": {"engine": "auto", "image": "flake", "arguments": []}, "disabled": [],
}  # fmt: skip


def plan_data(*, image: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A plan with these tables; of ``image``, the keys that are given."""
    return {**PLAN, **more, "image": {**IMAGE, **(image or {})}}


def plan(**more: Any) -> PlanDocument:
    """As `plan_data`."""
    return typed_json.structure(plan_data(**more), PlanDocument)


def entries(*listed: Mapping[str, Any]) -> tuple[Entry, ...]:
    """Paths of an overlay."""
    return typed_json.structure([*listed], tuple[Entry, ...])


def built_data(
    packages: Iterable[Mapping[str, Any]] = (), paths: Iterable[Mapping[str, Any]] = (), **more: Any
) -> dict[str, Any]:
    """A built image; what packages and store paths lack is made up."""
    facts = {"pname": "a", "version": "1", "license": [], "unfree": False}
    found = [{"narHash": "sha256-x", "narSize": 1, **one} for one in paths]
    closure = {
        "count": len(found),
        "nar-size": sum(one["narSize"] for one in found),
        "paths": found,
    }
    return {
        **BuiltImage.HEADER, "plan": PLAN, "packages": [{**facts, **one} for one in packages],
        "closure": closure, "collisions": [], **more,
    }  # fmt: skip


def built(
    packages: Iterable[Mapping[str, Any]] = (), paths: Iterable[Mapping[str, Any]] = (), **more: Any
) -> BuiltImage:
    """As `built_data`."""
    return typed_json.structure(built_data(packages, paths, **more), BuiltImage)


def current(made: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The built image ``made``, as if it was built from the project in ``folder`` as it is now."""
    found = project.load(folder)
    plan = typed_json.plain(render.document(found.plan, found.overlay))
    return {**made, "plan": plan, "built-from": {"code": freshness.code(), "inputs": {}}}


def iso_data(made: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """The manifest of an ISO of a built image."""
    return {
        **IsoManifest.HEADER, "voidgen": "0",
        "iso": {"name": "x.iso", "hash": sri.of_bytes(b""), "size": 0}, "container": "flake",
        "nix": {"packages": made["packages"], "closure": made["closure"]}, "plan": made["plan"],
        "xbps": [], **more,
    }  # fmt: skip


def xbps(pkgver: str, size: int) -> dict[str, Any]:
    """A package of Void as an ISO's manifest lists it."""
    return {
        "pkgver": pkgver, "arch": "x86_64", "repository": "https://example.org/current",
        "hash": "sha256-x", "size": size, "transactions": ["image"],
    }  # fmt: skip
