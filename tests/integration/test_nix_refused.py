"""What `nix build` without voidgen prints if the package set refuses packages."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.integration.offline import SYSTEM, Nix, manifest
from tests.integration.shapes import SIX, shapes_project

Refusal = Callable[..., str]


@pytest.fixture(params=[False, True], ids=["as 26.11", "as 20.09"])
def refusal(request: pytest.FixtureRequest, nix: Nix, tmp_path: Path) -> Refusal:
    """Return a function that builds refused packages and returns Nix's messages."""

    def refuse(*names: str, unfree: tuple[str, ...] = (), insecure: tuple[str, ...] = ()) -> str:
        data = manifest(names, unfree, insecure=insecure)
        project = shapes_project(tmp_path / "project", data, old=request.param)
        said = nix.fail("nix", "build", "--no-link", project)
        assert "building '" not in said
        assert "NIXPKGS_ALLOW" not in said
        assert "nixos-rebuild" not in said
        return "\n".join(line.strip() for line in said.splitlines())

    return refuse


def test_six_faults_in_one_run(refusal: Refusal) -> None:
    said = refusal("greet", *SIX)
    assert "voidgen: 6 of the 7 Nix packages asked for cannot be used:" in said
    for line in (
        'the package set (release 2026.10) has no package "gret"',
        '"unfree-one" is unfree (license: unfree) and not allowed',
        "it is marked as broken",
        '"insecure-one-1.0" is insecure and not allowed:',
        "CVE-1: anyone may come in",
        f"it does not support {SYSTEM}",
        "the package set says: 'old-name' has been renamed to/replaced by 'greet'",
        'write "greet" instead',
        'unfree = ["unfree-one"]',
        'insecure = ["insecure-one-1.0"]',
    ):
        assert line in said


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("needs-broken", ['needs-broken needs "broken-one-1.0", which is marked as broken.']),
        (
            "needs-insecure",
            [
                'needs-insecure needs "insecure-one-1.0", which is insecure.',
                'To allow it, add "insecure-one-1.0" to insecure in voidgen.toml.',
            ],
        ),
        (
            "needs-unsupported",
            [f'needs-unsupported needs "unsupported-one-1.0", which does not support {SYSTEM}.'],
        ),
        (
            "needs-unfree",
            [
                # nixpkgs' predicate compares the name without this prefix.
                'needs-unfree needs "speedups", which is unfree (license: unfree).',
                'needs-unfree needs "unfree-one", which is unfree (license: unfree).',
            ],
        ),
    ],
)
def test_refused_dependencies_are_named(refusal: Refusal, name: str, lines: list[str]) -> None:
    said = refusal("greet", name)
    assert f"trace: voidgen: {name} needs " in said
    assert f"{name} (asked for by voidgen.toml):" in said
    for line in lines:
        assert line in said


def test_allowed_packages_are_not_named(refusal: Refusal) -> None:
    said = refusal("needs-unfree", "unfree-one", unfree=("speedups",))
    assert "voidgen: 1 of the 2 Nix packages" in said
    assert "trace: voidgen:" not in said


def test_the_package_sets_own_errors_follow_the_report(refusal: Refusal) -> None:
    said = refusal("gret", "throws", "untold")
    report, _, own = said.partition("voidgen: 3 of the 3 Nix packages asked for cannot be used:")
    assert "trace:" in report
    assert "the package set refuses it" in own
    assert "not today\nnor tomorrow" in own


def test_a_removed_alias_shows_the_package_sets_message(refusal: Refusal) -> None:
    said = refusal("gone")
    assert "the package set says: 'gone' has been removed: nobody wanted it" in said


@pytest.mark.parametrize("name", ["fetchurl", "callPackage"])
def test_a_function_is_not_a_set_of_packages(refusal: Refusal, name: str) -> None:
    assert "this is a function, not a package" in refusal(name)


@pytest.mark.parametrize(("name", "own"), [("aborts", "no way"), ("loops", "infinite recursion")])
def test_an_uncatchable_error_names_the_package_in_its_trace(
    nix: Nix, tmp_path: Path, name: str, own: str
) -> None:
    project = shapes_project(tmp_path / "project", manifest(["greet", name]), old=False)
    said = nix.fail("nix", "build", "--no-link", "--show-trace", project)
    assert own in said
    assert f"while evaluating {name} (asked for by voidgen.toml)" in said


def test_allowed_packages_are_built(nix: Nix, tmp_path: Path) -> None:
    names = ["needs-insecure", "needs-unfree", "older-name"]
    data = manifest(names, ["speedups", "unfree-one"], insecure=["insecure-one-1.0"])
    assert nix.build(shapes_project(tmp_path / "project", data, old=False)).exists()


def test_allowing_an_insecure_version_allows_no_other_version(refusal: Refusal) -> None:
    said = refusal("insecure-one", insecure=("insecure-one-0.9",))
    assert 'insecure = ["insecure-one-0.9", "insecure-one-1.0"]' in said
