"""The flake's output `iso`, or why there is none: the real Nix evaluates both."""

import base64
import json
import platform
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.integration.offline import ROOT, SYSTEM, Nix, manifest, track, write_project

HASH = f"sha256-{base64.b64encode(bytes(32)).decode()}"
REPOSITORY = "https://void.invalid/current"
FLAKE_LOCK = {
    "nodes": {"mklive": {"locked": {"narHash": HASH}}, "root": {"inputs": {"mklive": "mklive"}}},
    "root": "root",
    "version": 7,
}
ISO = f"packages.{SYSTEM}.iso"
EXTRA = "{ pkgs, ... }: { legacyPackages.mine = pkgs.busybox; }"


def void() -> dict[str, Any]:
    """Return a voidgen.lock of one package."""
    request = {
        "arch": platform.machine(),
        "mklive": HASH,
        "packages": ["htop"],
        "repositories": [REPOSITORY],
    }
    package = {"pkgver": "htop-1_1", "arch": "noarch", "repository": REPOSITORY, "hash": HASH}
    repository = {"arch": platform.machine()}
    xbps = {"request": request, "packages": [package], "repositories": [repository]}
    return {"version": 1, "container": "flake", "xbps": xbps}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that makes an ISO, and is locked."""
    data = manifest()
    data["xbps"] = {"packages": [{"name": "htop"}], "repositories": [{"name": REPOSITORY}]}
    arguments = "mklive = ./mklive; lock = ./locks/flake; voidgenLock = ./locks/void;"
    folder = tmp_path_factory.mktemp("iso") / "project"
    write_project(folder, data, "./packages/tests", f"{arguments} extra = ./extra.nix;")
    shutil.copytree(ROOT / "tests/stand_in_iso/set", folder / "packages/tests")
    (folder / "packages/tests/debian.sha256").write_text("0" * 64)
    for name in ("mklive", "locks", "image/iso/scripts", "image/iso/voidgen", "image/iso/job"):
        (folder / name).mkdir(parents=True)
    (folder / "mklive/mklive.sh").write_text("#!/bin/sh\n")
    (folder / "image/iso/scripts/sandbox.sh").write_text("# a script\n")
    (folder / "image/iso/voidgen/__init__.py").write_text("")
    (folder / "image/iso/job/options").write_text("")
    (folder / "locks/flake").write_text(json.dumps(FLAKE_LOCK))
    (folder / "locks/void").write_text(json.dumps(void()))
    (folder / "extra.nix").write_text("_: { }")
    return folder


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    return shutil.copytree(template, tmp_path / "project", symlinks=True)


def evaluated(nix: Nix, project: Path, output: str, function: str = "") -> str:
    track(project)
    apply = ("--apply", function) if function else ()
    return nix.run("nix", "eval", "--raw", f"{project}#{output}", *apply)


def changed(project: Path, change: Callable[[dict[str, Any]], object]) -> None:
    lock = void()
    change(lock)
    (project / "locks/void").write_text(json.dumps(lock))


def test_the_inputs_of_the_iso(nix: Nix, project: Path) -> None:
    before = evaluated(nix, project, f"{ISO}.drvPath")
    changed(project, lambda lock: lock.update(iso={"of": HASH, "hash": HASH}, closure=1))
    (project / "image/iso/scripts/sandbox.sh").chmod(0o755)
    assert evaluated(nix, project, f"{ISO}.drvPath") == before
    assert evaluated(nix, project, f"{ISO}.again", "again: (again { }).drvPath") == before
    salted = evaluated(nix, project, f"{ISO}.again", 'again: (again { salt = "x"; }).drvPath')
    (project / "image/iso/scripts/sandbox.sh").write_text("# another script\n")
    other = evaluated(nix, project, f"{ISO}.drvPath")
    assert len({before, salted, other}) == 3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lock: lock.pop("xbps"), "voidgen.lock does not have Void's packages"),
        (lambda lock: lock["xbps"]["request"].update(arch="armv6l"), "of another image"),
        (lambda lock: lock["xbps"]["request"].update(mklive="sha256-"), "of another image"),
        (lambda lock: lock["xbps"]["request"].update(packages=["top"]), "of another image"),
        (lambda lock: lock["xbps"]["request"].update(repositories=[]), "of another image"),
    ],
)
def test_a_lock_that_does_not_fit(
    nix: Nix, project: Path, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    changed(project, change)
    track(project)
    assert said in nix.fail("nix", "build", f"{project}#iso")


def test_without_a_lock_or_mklive(nix: Nix, project: Path) -> None:
    (project / "locks/void").unlink()
    track(project)
    assert "no voidgen.lock, or git does not track it" in nix.fail("nix", "build", f"{project}#iso")
    flake = project / "flake.nix"
    flake.write_text(flake.read_text().replace("mklive = ./mklive;", ""))
    assert "voidgen.toml has no [mklive]" in nix.fail("nix", "build", f"{project}#iso")


def test_a_set_without_programs_is_named(nix: Nix, project: Path) -> None:
    file = project / "packages/tests/container.nix"
    file.write_text(file.read_text().replace("python3 =", "python2 ="))
    track(project)
    said = nix.fail("nix", "build", f"{project}#iso")
    assert "the package set has no python3" in said


def test_a_set_with_an_old_python_is_named(nix: Nix, project: Path) -> None:
    file = project / "packages/tests/container.nix"
    text = file.read_text().replace("python3 =", 'python3 = { pythonVersion = "3.8"; } //')
    file.write_text(text)
    track(project)
    said = nix.fail("nix", "build", f"{project}#iso")
    assert "the package set has Python 3.8, but Nix needs Python 3.9 to make the ISO" in said


def test_legacy_packages_of_the_project_stay(nix: Nix, project: Path) -> None:
    names = "all: builtins.toJSON (builtins.attrNames all)"
    (project / "extra.nix").write_text(EXTRA)
    legacy = f"legacyPackages.{SYSTEM}"
    assert json.loads(evaluated(nix, project, legacy, names)) == ["mine"]
    (project / "locks/void").unlink()
    assert json.loads(evaluated(nix, project, legacy, names)) == ["iso", "mine"]
    (project / "extra.nix").write_text('_: { legacyPackages.iso = builtins.toFile "x" ""; }')
    assert evaluated(nix, project, f"{legacy}.iso").endswith("-x")
