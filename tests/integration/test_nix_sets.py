"""Several package sets: their packages in the image, in commands, and on the live system."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.integration import sets
from tests.integration.offline import SYSTEM, Nix, track
from tests.support.program import voidgen

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.flake_project import Repository

OLD = '[nix.sets.old]\nnixpkgs = "./packages/2026.04"\n'
OVERLAY = 'final: prev: { greet = prev.greet // { version = "own"; }; mine = final.greet; }\n'


@pytest.fixture
def stable(example: Path, tmp_path: Path) -> Repository:
    return sets.package_set(tmp_path / "stable", example / "packages/busybox")


def test_packages_of_a_set_in_a_folder(nix: Nix, example: Path, tmp_path: Path) -> None:
    sets.add(example, OLD, "dice", "old.dice", "old.deskTools.sticky")
    assert "inputs.old" not in (example / "flake.nix").read_text()
    image = nix.build(example)
    found = sets.versions(image)
    assert (found["dice"], found["old.dice"]) == ("2.9", "3.0")
    live = sets.live_flake(image, tmp_path / "live")
    for name in ("dice", "old.dice"):
        path = nix.run(
            "nix", "eval", "--raw", "--no-update-lock-file",
            f"path:{live}#legacyPackages.{SYSTEM}.{name}.outPath",
        )  # fmt: skip
        assert path in (image / "store-paths").read_text()


def test_a_set_that_is_an_input(
    nix: Nix, example: Path, stable: Repository, tmp_path: Path
) -> None:
    (example / "nix").mkdir()
    (example / "nix/old.nix").write_text(OVERLAY)
    text = f'[nix.sets.stable]\nnixpkgs = "{stable.url}"\noverlays = ["nix/old.nix"]\n'
    sets.add(example, text, "stable.greet", "stable.dice", "stable.mine")
    assert f'inputs.stable.url = "{stable.url}";' in (example / "flake.nix").read_text()
    sets.lock(example)
    image = nix.build(example)
    found = sets.versions(image)
    assert (found["stable.greet"], found["stable.mine"], found["greet"]) == ("own", "own", "2.1")
    live = sets.live_flake(image, tmp_path / "live")
    lock = json.loads((live / "flake.lock").read_bytes())
    assert {*lock["nodes"]["root"]["inputs"]} == {"nixpkgs", "stable"}
    path = nix.run(
        "nix", "eval", "--raw", "--no-update-lock-file",
        f"path:{live}#legacyPackages.{SYSTEM}.stable.mine.version",
    )  # fmt: skip
    assert path == "own"
    ran = voidgen("show", cwd=example)
    assert "stable.dice" in ran.out


def test_update_moves_only_the_set(example: Path, stable: Repository) -> None:
    sets.add(example, f'[nix.sets.stable]\nnixpkgs = "{stable.url}"\n', "stable.dice")
    sets.lock(example)
    stable.commit({"default.nix": "import ./2026.10\n"})
    ran = voidgen("update", "stable", cwd=example)
    assert ran.status == 0, ran.err
    assert "stable.dice" in ran.out
    assert "3.0 -> 2.9" in ran.out
    stable.commit({"default.nix": 'throw "no set"\n'})
    ran = voidgen("update", "stable", cwd=example)
    assert ran.status == 1
    assert "do not evaluate with the new stable, so nothing changed" in ran.err


def test_names_are_checked(nix: Nix, example: Path) -> None:
    sets.add(example, OLD, "old.dic")
    said = nix.fail("nix", "build", "--no-link", example)
    assert 'the package set "old" (release 2026.04) has no package "dic"' in said
    assert "similar names: old.dice" in said
    toml = example / "voidgen.toml"
    toml.write_text(toml.read_text().replace("old.dic", "old"))
    voidgen("generate", cwd=example)
    track(example)
    said = nix.fail("nix", "build", "--no-link", example)
    assert "this is a set of packages, not a package" in said


def test_a_set_with_a_name_of_nixpkgs(nix: Nix, example: Path) -> None:
    sets.add(example, OLD.replace("old", "greet"), "greet.dice")
    said = nix.fail("nix", "build", "--no-link", example)
    assert "the set [nix.sets.greet] has the name of a package" in said
    assert "Give it another name in voidgen.toml" in said


def test_add_and_remove(example: Path, stable: Repository) -> None:
    sets.add(example, f'{OLD}[nix.sets.stable]\nnixpkgs = "{stable.url}"\n')
    for name, near in (("stable.dic", "stable.dice"), ("old.dic", "old.dice"), ("ol.dice", "old")):
        ran = voidgen("add", "nix", name, cwd=example)
        assert ran.status == 2
        assert f"similar names: {near}" in ran.err
    ran = voidgen("add", "nix", "stable.dice", "old.dice", cwd=example)
    assert ran.status == 0, ran.err
    assert "could not check" not in ran.err
    assert voidgen("remove", "nix", "stable.dice", cwd=example).status == 0
    assert voidgen("remove", "nix", "proverb-of-the-day", cwd=example).status == 0
    ran = voidgen("add", "nix", "stable.proverbs", cwd=example)
    assert "proverbs is unfree" in ran.err
    assert voidgen("add", "nix", "stable.proverbs", "--unfree", cwd=example).status == 0


def test_why_says_which_set(example: Path) -> None:
    sets.add(example, OLD, "old.dice")
    ran = voidgen("why", "old.dice", cwd=example)
    assert "Nix package old.dice" in ran.out
    assert "from [nix.sets.old], ./packages/2026.04" in ran.out


def test_variants_have_overlays_of_their_own(nix: Nix, example: Path) -> None:
    (example / "nix").mkdir()
    for name in ("a", "b"):
        overlay = OVERLAY.replace("own", name)
        (example / f"nix/{name}.nix").write_text(overlay)
    variant = '[variants.other.nix]\noverlays = ["nix/b.nix"]\n[variants.other.nix.sets.old]\n'
    overlays = f'{OLD}overlays = ["nix/a.nix"]\n{variant}overlays = ["nix/b.nix", "nix/a.nix"]\n'
    sets.add(example, overlays, "old.greet")
    own, other = nix.build(example), nix.build(example, "other")
    assert (sets.versions(own)["greet"], sets.versions(own)["old.greet"]) == ("2.1", "a")
    assert (sets.versions(other)["greet"], sets.versions(other)["old.greet"]) == ("b", "a")


def test_git_must_track_the_overlay_of_a_variant(example: Path) -> None:
    sets.add(example, OLD)
    (example / "nix").mkdir()
    (example / "nix/b.nix").write_text(OVERLAY)
    toml = example / "voidgen.toml"
    toml.write_text(f'{toml.read_text()}[variants.other.nix]\noverlays = ["nix/b.nix"]\n')
    ran = voidgen("generate", cwd=example)
    assert ran.status == 2
    assert "nix/b.nix: git does not track this file" in ran.err
