"""Tools for an image of another system: the real Nix evaluates them for this machine."""

import json
import shutil
from pathlib import Path

import pytest
from tests.integration.offline import ROOT, SYSTEM, Nix, manifest, track, write_project

FOREIGN = "x86_64-linux" if SYSTEM == "aarch64-linux" else "aarch64-linux"
TOOLS = ("container", "iso-tools", "mklive", "xbps")
OURS = ("closure", "collisions", "default", "include", "profile")


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose image is for another system than this machine."""
    folder = tmp_path_factory.mktemp("foreign") / "project"
    data = manifest()
    data["image"]["system"] = FOREIGN
    write_project(folder, data, "./packages/tests", "mklive = ./mklive;")
    shutil.copytree(ROOT / "tests/stand_in_iso/set", folder / "packages/tests")
    (folder / "packages/tests/debian.sha256").write_text("0" * 64)
    (folder / "mklive").mkdir()
    (folder / "mklive" / "mklive.sh").write_text("#!/bin/sh\n")
    track(folder)
    return folder


def systems(nix: Nix, project: Path, host: str) -> dict[str, str]:
    words = ("--json", f"{project}#packages.{host}", "--apply")
    found: dict[str, str] = json.loads(
        nix.run("nix", "eval", *words, "builtins.mapAttrs (name: one: one.system)")
    )
    return found


def test_tools_are_for_the_host_and_the_image_for_its_own_system(nix: Nix, foreign: Path) -> None:
    for host in (SYSTEM, FOREIGN, "i686-linux"):
        assert systems(nix, foreign, host) == {
            **dict.fromkeys(TOOLS, host),
            **dict.fromkeys(OURS, FOREIGN),
        }


@pytest.mark.parametrize("tool", TOOLS)
def test_tools_need_no_derivation_of_the_images_system(nix: Nix, foreign: Path, tool: str) -> None:
    path = nix.run("nix", "eval", "--raw", f"{foreign}#packages.{SYSTEM}.{tool}.drvPath")
    needed = nix.run("nix-store", "--query", "--requisites", path).split()
    derivations = [one for one in needed if one.endswith(".drv")]
    assert path in derivations
    texts = [Path(one).read_text() for one in derivations]
    assert not [one for one in texts if FOREIGN in one]


def test_the_image_is_the_same_on_every_host(nix: Nix, foreign: Path) -> None:
    for name in OURS:
        found = {
            nix.run("nix", "eval", "--raw", f"{foreign}#packages.{host}.{name}.drvPath")
            for host in (SYSTEM, FOREIGN, "i686-linux")
        }
        assert len(found) == 1
