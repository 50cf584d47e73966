"""Packages that other packages add to the profile (nixpkgs: propagatedUserEnvPkgs)."""

import json
import re
from pathlib import Path

import pytest
from tests.integration.offline import SYSTEM, Nix, manifest, track, write_project

SET = """args:
let
  set = import ./2026.10 args;
  package = name: script: inputs: derivation ({
    inherit name;
    inherit (args) system;
    builder = "${set.busybox}/bin/sh";
    args = [ "-euc" script ];
    PATH = "${set.busybox}/bin";
  } // inputs) // { meta.outputsToInstall = [ "out" ]; };
in
set // rec {
  brought = package "brought-1.0" ''
    mkdir -p $out/bin
    echo brought | tee $out/bin/brought > $out/bin/x
  '' { };
  bringer = package "bringer-1.0" ''
    mkdir -p $out/bin $out/nix-support
    echo bringer > $out/bin/x
    echo $brought > $out/nix-support/propagated-user-env-packages
  '' { inherit brought; };
  added = package "added-1.0" "mkdir -p $out/bin; echo added > $out/bin/added" { };
}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("propagated") / "project"
    project = write_project(folder, manifest(["bringer"]), nixpkgs="./packages/bringing.nix")
    (project / "packages/bringing.nix").write_text(SET)
    track(project)
    return project


@pytest.fixture(scope="module")
def image(nix: Nix, project: Path) -> Path:
    return nix.build(project)


def test_a_propagated_package_is_in_the_profile(image: Path) -> None:
    assert (image / "profile/bin/brought").read_text() == "brought\n"
    assert (image / "profile/bin/x").read_text() == "bringer\n"
    data = json.loads((image / "manifest.json").read_bytes())
    assert [package["name"] for package in data["packages"]] == ["bringer"]
    assert data["collisions"] == [
        {
            "path": "bin/x",
            "from": "bringer^out",
            "hidden": "brought-1.0 (propagated by bringer^out)",
        }
    ]
    (brought,) = {
        one["path"] for one in data["closure"]["paths"] if one["path"].endswith("-brought-1.0")
    }
    (element,) = json.loads((image / "profile/manifest.json").read_bytes())["elements"]
    assert brought not in element["storePaths"]


def test_nix_profile_keeps_propagated_packages(
    nix: Nix, project: Path, image: Path, tmp_path: Path
) -> None:
    """`nix profile` builds the profile again, from the same paths."""
    profile = tmp_path / "profile"
    (tmp_path / "profile-1-link").symlink_to((image / "profile").resolve())
    profile.symlink_to("profile-1-link")
    release = re.search(r"(\d+)\.(\d+)", nix.run("nix", "--version"))
    assert release
    verb = "add" if (int(release[1]), int(release[2])) >= (2, 30) else "install"
    packages = project / "packages/bringing.nix"
    added = f'(import {packages} {{ system = "{SYSTEM}"; config = {{ }}; }}).added'
    nix.run("nix", "profile", verb, "--profile", profile, "--impure", "--expr", added)
    assert (profile / "bin/added").read_text() == "added\n"
    assert (profile / "bin/brought").read_text() == "brought\n"
