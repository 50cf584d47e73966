"""Several releases of Nix build the offline example, with the same result."""

import json
import re

import pytest
from tests.integration.offline import SYSTEM, Nix
from tests.nix_versions.releases import MACHINE, OUTPUTS, SUITES, Made, Releases

pytestmark = pytest.mark.nix_versions

OTHERS = [suite for suite in SUITES if suite != MACHINE]
# Lowest release, and the first one that is too high. The last suite gets later releases.
RELEASES = {"bookworm": ((2, 8), (2, 9)), "trixie": ((2, 18), (2, 30)), "sid": ((2, 30), (99, 0))}


def release(said: str) -> tuple[int, int]:
    found = re.search(r"(\d+)\.(\d+)\S*$", said.strip())
    assert found, said
    return int(found[1]), int(found[2])


@pytest.mark.parametrize(
    "words",
    [
        ("nix", "--version"),
        ("nix-store", "--version"),
        ("nix-instantiate", "--version"),
        ("nix", "eval", "--raw", "--expr", "builtins.nixVersion"),
    ],
    ids=["nix", "nix-store", "nix-instantiate", "evaluation"],
)
def test_each_program_is_of_the_suites_release(
    nix: Nix, suite: str, words: tuple[str, ...]
) -> None:
    least, below = RELEASES[suite]
    assert least <= release(nix.run(*words)) < below


def test_all_outputs_of_the_flake_are_built(nix: Nix, made: Made) -> None:
    found = [
        f"{kind}.{SYSTEM}.{name}"
        for kind in ("checks", "packages")
        for name in json.loads(
            nix.run(
                "nix", "eval", "--json", "--apply", "builtins.attrNames",
                f"{made.project}#{kind}.{SYSTEM}",
            )
        )
    ]  # fmt: skip
    assert found == list(OUTPUTS)
    assert all(path.exists() for path in made.outputs.values())


@pytest.mark.parametrize("suite", OTHERS, indirect=True)
def test_emitted_files_and_locks_are_the_same(releases: Releases, made: Made) -> None:
    assert made.files == releases.made(MACHINE).files


@pytest.mark.parametrize("suite", OTHERS, indirect=True)
def test_store_paths_are_the_same(releases: Releases, made: Made) -> None:
    assert made.outputs == releases.made(MACHINE).outputs


@pytest.mark.parametrize("suite", OTHERS, indirect=True)
def test_hashes_of_the_closure_are_the_same(releases: Releases, made: Made) -> None:
    assert all(f"{path}\n" in made.registration for path in made.outputs.values())
    assert made.registration == releases.made(MACHINE).registration


def test_flake_check_passes(nix: Nix, made: Made) -> None:
    nix.run("nix", "flake", "check", made.project)


@pytest.mark.parametrize("output", OUTPUTS)
def test_building_again_gives_the_same_bytes(nix: Nix, made: Made, output: str) -> None:
    nix.run("nix", "build", "--rebuild", "--no-link", f"{made.project}#{output}")


def test_nix_profile_reads_the_profile(nix: Nix, made: Made) -> None:
    listed = nix.run(
        "nix", "profile", "list", "--profile", made.outputs[f"packages.{SYSTEM}.profile"]
    )
    image = made.outputs[f"packages.{SYSTEM}.default"]
    packages = json.loads((image / "manifest.json").read_text())["packages"]
    assert packages
    for package in packages:
        for path in package["outputs"].values():
            assert path in listed
