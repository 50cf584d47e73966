"""Packages of a stranger's flake: in the image, in commands, and on the live system."""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
from typing import TYPE_CHECKING

import pytest
from attrs import frozen
from tests.integration import sets
from tests.integration.offline import SYSTEM, Nix, track
from tests.integration.test_nix_packages_flake import served
from tests.support.program import voidgen

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.flake_project import Repository


@frozen
class Flakes:
    """A project, a flake, and the package set that is the flake's input."""

    project: Path
    tools: Repository
    stable: Repository

    def add(self, *packages: str, more: str = "", sets_: str = "") -> None:
        text = f'[nix.sets.tools]\nflake = "{self.tools.url}"\n{more}{sets_}'
        sets.add(self.project, text, *packages)


@pytest.fixture
def flakes(example: Path, tmp_path: Path) -> Flakes:
    stable = sets.package_set(tmp_path / "stable", example / "packages/busybox")
    return Flakes(example, sets.tools(tmp_path / "tools", stable), stable)


def test_packages_of_a_flake(nix: Nix, flakes: Flakes) -> None:
    flakes.add("tools.default", "tools.clock", "tools.nested.greet")
    assert f'inputs.tools.url = "{flakes.tools.url}";' in (flakes.project / "flake.nix").read_text()
    sets.lock(flakes.project)
    image = nix.build(flakes.project)
    found = sets.versions(image)
    assert found["tools.default"] == "3.0"
    assert {"tools.clock", "tools.nested.greet"} <= {*found}
    ran = voidgen("show", cwd=flakes.project)
    assert "tools.default" in ran.out
    assert "tools" in ran.out
    ran = voidgen("why", "tools.default", cwd=flakes.project)
    assert f"from [nix.sets.tools], {flakes.tools.url}" in ran.out


def test_a_flake_on_this_machine_is_not_in_the_images_flake(
    nix: Nix, flakes: Flakes, tmp_path: Path
) -> None:
    flakes.add("tools.default")
    sets.lock(flakes.project)
    image = nix.build(flakes.project)
    live = sets.live_flake(image, tmp_path / "live")
    assert "tools" not in (live / "flake.nix").read_text()
    assert str(tmp_path).encode() not in b"".join(
        file.read_bytes() for file in live.rglob("*") if file.is_file()
    )
    elements = json.loads((image / "profile/manifest.json").read_bytes())["elements"]
    urls = {"url" in one for one in elements if "dice-3.0" in str(one["storePaths"])}
    assert urls == {False}
    nix.run("nix", "profile", "list", "--profile", str(image / "profile"))


@pytest.mark.parametrize("follows", [False, True])
def test_a_public_flake_is_in_the_images_flake(
    nix: Nix, flakes: Flakes, tmp_path: Path, follows: bool
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    with served(site) as url:
        flake = flakes.tools.folder / "flake.nix"
        set_ = f"{url}/stable.tar.gz"
        flake.write_text(flake.read_text().replace(flakes.stable.url, set_))
        for one in (flakes.tools, flakes.stable):
            shutil.rmtree(one.folder / ".git")
            with tarfile.open(site / f"{one.folder.name}.tar.gz", "w:gz") as tar:
                tar.add(one.folder, "x")
        text = f'[nix.sets.tools]\nflake = "{url}/tools.tar.gz"\n'
        if follows:
            text += f'follows = {{ nixpkgs = "old" }}\n[nix.sets.old]\nnixpkgs = "{set_}"\n'
        sets.add(flakes.project, text, "tools.default")
        sets.lock(flakes.project)
        image = nix.build(flakes.project)
        live = sets.live_flake(image, tmp_path / "live")
        lock = (live / "flake.lock").read_bytes()
        path = nix.run(
            "nix", "eval", "--raw", "--no-update-lock-file",
            f"path:{live}#legacyPackages.{SYSTEM}.tools.default.outPath",
        )  # fmt: skip
        assert path in (image / "store-paths").read_text()
        # The lock file is complete.
        nix.run("nix", "flake", "lock", f"path:{live}")
        assert (live / "flake.lock").read_bytes() == lock
    nodes = json.loads(lock)["nodes"]
    inputs = nodes[nodes["root"]["inputs"]["tools"]]["inputs"]
    assert inputs["nixpkgs"] == (["old"] if follows else "nixpkgs")
    elements = json.loads((image / "profile/manifest.json").read_bytes())["elements"]
    assert "tools.default" in str(elements)
    if shutil.which("nixfmt"):
        subprocess.run(["nixfmt", "--check", live / "flake.nix"], check=True)


def test_the_flakes_own_settings_do_not_act(nix: Nix, flakes: Flakes) -> None:
    """Its nixConfig would name a substituter, and a feature that does not exist."""
    flakes.add()
    for words in (
        ("lock",),
        ("add", "nix", "tools.default"),
        ("generate",),
        ("build",),
        ("update", "tools"),
    ):
        ran = voidgen(*words, cwd=flakes.project)
        assert ran.status == 0, ran.err
        assert "stranger" not in ran.err + ran.out
        track(flakes.project)
    assert nix.build(flakes.project).exists()


def test_an_input_of_the_flake_follows_a_set(nix: Nix, flakes: Flakes, tmp_path: Path) -> None:
    newer = sets.package_set(tmp_path / "newer", flakes.project / "packages/busybox", "2026.10")
    flakes.add(
        "tools.default",
        more='follows = { nixpkgs = "newer" }\n',
        sets_=f'[nix.sets.newer]\nnixpkgs = "{newer.url}"\n',
    )
    assert 'inputs.nixpkgs.follows = "newer";' in (flakes.project / "flake.nix").read_text()
    sets.lock(flakes.project)
    assert sets.versions(nix.build(flakes.project))["tools.default"] == "2.9"
    assert voidgen("lock", "--check", cwd=flakes.project).status == 0
    toml = flakes.project / "voidgen.toml"
    toml.write_text(toml.read_text().replace('follows = { nixpkgs = "newer" }\n', ""))
    assert voidgen("generate", cwd=flakes.project).status == 0
    ran = voidgen("lock", "--check", cwd=flakes.project)
    assert ran.status == 1
    assert "tools" in ran.out + ran.err
    sets.lock(flakes.project)
    assert sets.versions(nix.build(flakes.project))["tools.default"] == "3.0"


def test_an_input_that_the_flake_does_not_have(flakes: Flakes) -> None:
    stable = f'[nix.sets.stable]\nnixpkgs = "{flakes.stable.url}"\n'
    flakes.add("tools.default", more='follows = { nixpkg = "stable" }\n', sets_=stable)
    ran = voidgen("lock", cwd=flakes.project)
    assert ran.status == 2
    assert f"nix.sets.tools.follows.nixpkg: the flake {flakes.tools.url} has no input" in ran.err
    assert "did you mean 'nixpkgs'?" in ran.err
    assert not (flakes.project / "flake.lock").exists()


def test_names_are_checked(nix: Nix, flakes: Flakes) -> None:
    """All faults are in one report; what the flake throws is printed below it."""
    names = ("defaul", "nested", "text", "default^man", "secret", "broken")
    flakes.add(*(f"tools.{name}" for name in names))
    sets.lock(flakes.project)
    said = nix.fail("nix", "build", "--no-link", flakes.project)
    for line in (
        "6 of the 12 Nix packages asked for cannot be used",
        'the flake "tools" has no package "defaul"',
        "similar names: tools.default",
        "this is a set of packages, not a package",
        'name one of them, as in "tools.nested.NAME"',
        "this is not a package but a string",
        'it has no output "man", only "out"',
        "only the flake itself can allow it, not voidgen.toml",
        "Refusing to evaluate package 'proverbs-7'",
        "the flake refuses it",
    ):
        assert line in said, line


def test_a_flake_for_another_system(nix: Nix, flakes: Flakes) -> None:
    flake = flakes.tools.folder / "flake.nix"
    flakes.tools.commit({"flake.nix": flake.read_text().replace(SYSTEM, "riscv64-linux")})
    flakes.add("tools.default")
    sets.lock(flakes.project)
    said = nix.fail("nix", "build", "--no-link", flakes.project)
    assert f'the flake "tools" has no packages for {SYSTEM}' in said
    assert "it has some for: riscv64-linux" in said


def test_add_checks_the_flake(flakes: Flakes) -> None:
    flakes.add()
    for name, said in (
        ("defaul", "similar names: tools.default"),
        ("nested", "this is a set of packages"),
        ("broken", "no tool of this name works"),
        ("secret", "Refusing to evaluate package 'proverbs-7'"),
    ):
        ran = voidgen("add", "nix", f"tools.{name}", cwd=flakes.project)
        assert ran.status == 2, name
        assert said in ran.err
    ran = voidgen("add", "nix", "tools.default", cwd=flakes.project)
    assert ran.status == 0, ran.err
    assert "could not check" not in ran.err
    sets.lock(flakes.project)
    assert voidgen("add", "nix", "tools.clock", cwd=flakes.project).status == 0
    assert voidgen("remove", "nix", "tools.clock", cwd=flakes.project).status == 0


def test_a_flake_reads_nothing_of_this_machine(flakes: Flakes, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    read = f'throw (builtins.readFile "{secret}")'
    text = (flakes.tools.folder / "flake.nix").read_text()
    flakes.tools.commit({"flake.nix": text.replace('throw "no tool of this name works"', read)})
    flakes.add()
    ran = voidgen("add", "nix", "tools.broken", cwd=flakes.project)
    assert ran.status == 2
    assert "hidden" not in ran.err
    assert "is forbidden in pure eval" in ran.err
    flakes.tools.commit({"flake.nix": text.replace(
        '"no tool of this name works"', '"<${builtins.getEnv "HOME"}>"'
    )})  # fmt: skip
    ran = voidgen("add", "nix", "tools.broken", cwd=flakes.project)
    assert "<>" in ran.err


def test_an_unfree_package_of_a_flake_needs_its_name_in_voidgen_toml(
    nix: Nix, flakes: Flakes
) -> None:
    flakes.add()
    assert voidgen("remove", "nix", "proverb-of-the-day", cwd=flakes.project).status == 0
    ran = voidgen("add", "nix", "tools.allowed", cwd=flakes.project)
    assert ran.status == 2
    assert "proverbs is unfree (license: " in ran.err
    assert voidgen("add", "nix", "tools.allowed", "--unfree", cwd=flakes.project).status == 0
    toml = flakes.project / "voidgen.toml"
    assert 'unfree = ["proverbs"]' in toml.read_text()
    assert voidgen("generate", cwd=flakes.project).status == 0
    sets.lock(flakes.project)
    assert sets.versions(nix.build(flakes.project))["tools.allowed"] == "7"
    toml.write_text(toml.read_text().replace('unfree = ["proverbs"]', "unfree = []"))
    assert voidgen("generate", cwd=flakes.project).status == 0
    said = nix.fail("nix", "build", "--no-link", flakes.project)
    assert '"proverbs" is unfree' in said
    assert 'unfree = ["proverbs"]' in said


def test_update_moves_the_flake(flakes: Flakes) -> None:
    flakes.add("tools.default")
    sets.lock(flakes.project)
    text = (flakes.tools.folder / "flake.nix").read_text()
    flakes.tools.commit({"flake.nix": text.replace("default = pkgs.dice", "default = pkgs.greet")})
    ran = voidgen("update", "tools", cwd=flakes.project)
    assert ran.status == 0, ran.err
    assert "tools.default" in ran.out
    flakes.tools.commit({"flake.nix": text.replace("default", "other")})
    ran = voidgen("update", "tools", cwd=flakes.project)
    assert ran.status == 1
    assert "do not evaluate with the new tools, so nothing changed" in ran.err
