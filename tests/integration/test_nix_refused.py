"""What `nix build` alone says of packages that the package set refuses."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.integration.offline import SYSTEM, Nix, manifest
from tests.integration.shapes import SIX, shapes_project

Refusal = Callable[..., str]


@pytest.fixture(params=[False, True], ids=["as 26.11", "as 20.09"])
def refusal(request: pytest.FixtureRequest, nix: Nix, tmp_path: Path) -> Refusal:
    """What `nix build` says when it refuses these packages."""

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
                # As the predicate compares it: without the prefix of the derivation's name.
                'needs-unfree needs "speedups", which is unfree (license: unfree).',
                'needs-unfree needs "unfree-one", which is unfree (license: unfree).',
            ],
        ),
    ],
)
def test_what_a_package_needs_is_named(refusal: Refusal, name: str, lines: list[str]) -> None:
    said = refusal("greet", name)
    assert f"trace: voidgen: {name} needs " in said
    assert f"{name} (asked for by voidgen.toml):" in said
    for line in lines:
        assert line in said


def test_what_the_list_allows_is_not_named(refusal: Refusal) -> None:
    said = refusal("needs-unfree", "unfree-one", unfree=("speedups",))
    assert "voidgen: 1 of the 2 Nix packages" in said
    assert "trace: voidgen:" not in said


def test_an_error_of_the_set_comes_after_the_report(refusal: Refusal) -> None:
    said = refusal("gret", "throws", "untold")
    report, _, own = said.partition("voidgen: 3 of the 3 Nix packages asked for cannot be used:")
    assert "trace:" in report
    assert "the package set refuses it" in own
    assert "not today\nnor tomorrow" in own


def test_an_alias_says_what_became_of_it(refusal: Refusal) -> None:
    said = refusal("gone")
    assert "the package set says: 'gone' has been removed: nobody wanted it" in said


@pytest.mark.parametrize("name", ["fetchurl", "callPackage"])
def test_a_function_is_not_a_set_of_packages(refusal: Refusal, name: str) -> None:
    assert "this is a function, not a package" in refusal(name)


@pytest.mark.parametrize(("name", "own"), [("aborts", "no way"), ("loops", "infinite recursion")])
def test_who_asked_is_said_of_what_cannot_be_caught(
    nix: Nix, tmp_path: Path, name: str, own: str
) -> None:
    project = shapes_project(tmp_path / "project", manifest(["greet", name]), old=False)
    said = nix.fail("nix", "build", "--no-link", "--show-trace", project)
    assert own in said
    assert f"while evaluating {name} (asked for by voidgen.toml)" in said


def test_what_is_allowed_is_built(nix: Nix, tmp_path: Path) -> None:
    names = ["needs-insecure", "needs-unfree", "older-name"]
    data = manifest(names, ["speedups", "unfree-one"], insecure=["insecure-one-1.0"])
    assert nix.build(shapes_project(tmp_path / "project", data, old=False)).exists()


def test_another_version_is_not_allowed(refusal: Refusal) -> None:
    said = refusal("insecure-one", insecure=("insecure-one-0.9",))
    assert 'insecure = ["insecure-one-0.9", "insecure-one-1.0"]' in said
