"""Nix reports all packages that cannot be used, before it builds anything."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.integration.offline import Nix, manifest, request, write_project

Refusal = Callable[..., str]


@pytest.fixture
def refusal(nix: Nix, tmp_path: Path) -> Refusal:
    """Return a function that builds refused packages and returns Nix's messages."""

    def refuse(
        *names: str, unfree: Sequence[str] = (), requests: Sequence[dict[str, Any]] = ()
    ) -> str:
        data = manifest(names=names, unfree=unfree)
        data["nix"]["packages"] += requests
        project = write_project(tmp_path / "project", data)
        said = nix.fail("nix", "build", "--no-link", project)
        assert "building '" not in said
        return "\n".join(line.strip() for line in said.splitlines())

    return refuse


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        pytest.param(
            "gret",
            ['the package set (release 2026.10) has no package "gret"', "similar names: greet"],
            id="a letter is missing",
        ),
        pytest.param("grexet", ["similar names: greet"], id="a letter too many"),
        pytest.param("greey", ["similar names: greet"], id="another letter"),
        pytest.param("geret", ["similar names: greet"], id="two letters swapped"),
        pytest.param("Month_Card", ["similar names: monthcard"], id="case and separators"),
        pytest.param(
            "proverb", ["similar names: proverbs, proverb-of-the-day"], id="part of a name"
        ),
        pytest.param("monthcards-plus", ["similar names: monthcard"], id="more than a name"),
        pytest.param(
            "zzz",
            ["no package there has a similar name; a newer release may have it"],
            id="nothing like it",
        ),
        pytest.param(
            "linecount",
            ['the package set (release 2026.10) has no package "linecount"'],
            id="only in an older release",
        ),
        pytest.param(
            "deskTools.clok",
            [
                'deskTools, in the package set (release 2026.10), has no package "clok"',
                "similar names: deskTools.clock",
            ],
            id="in a nested set",
        ),
        pytest.param("deskTool.clock", ["similar names: deskTools"], id="the nested set itself"),
        pytest.param(
            "greet.version.x",
            ['greet.version, in the package set (release 2026.10), has no package "x"'],
            id="below what is no set",
        ),
        pytest.param(
            "deskTools",
            [
                "this is a set of packages, not a package",
                'name one of them, as in "deskTools.NAME"',
            ],
            id="a set of packages",
        ),
        pytest.param(
            "greet.version", ["this is not a package but a string"], id="no package at all"
        ),
        pytest.param(
            "countdown^doc,man",
            ['it has no output "doc", only "out", "man"'],
            id="an output it lacks",
        ),
        pytest.param(
            "proverbs",
            [
                '"proverbs" is unfree (license: unfree) and not allowed',
                'unfree = ["proverbs"]',
            ],
            id="unfree",
        ),
        pytest.param("${x}", ['has no package "${x}"'], id="characters of the Nix language"),
    ],
)
def test_each_fault_is_explained(refusal: Refusal, name: str, lines: list[str]) -> None:
    said = refusal(name)
    assert "voidgen: 1 of the 1 Nix packages asked for cannot be used:" in said
    assert f"{name} (asked for by voidgen.toml):" in said
    for line in lines:
        assert line in said
    assert "Fix voidgen.toml (or the module named), then run `voidgen generate`." in said


def test_all_faults_are_reported_at_once(refusal: Refusal) -> None:
    said = refusal(
        "greet", "gret", "proverbs", "countdown^doc", "zzz",
        unfree=["another"],
        requests=[request("dise", "voidgen.toml", "module games")],
    )  # fmt: skip
    assert "voidgen: 5 of the 6 Nix packages asked for cannot be used:" in said
    assert "dise (asked for by voidgen.toml and module games):" in said
    for name in ("gret", "proverbs", "countdown^doc", "zzz"):
        assert f"{name} (asked for by voidgen.toml):" in said
    # The whole line, ready to be copied.
    assert '\nunfree = ["another", "proverbs"]\n' in said


def test_an_unfree_dependency_must_be_allowed_too(refusal: Refusal) -> None:
    said = refusal("proverb-of-the-day", unfree=["another"])
    needs = 'proverb-of-the-day needs "proverbs", which is unfree (license: unfree).'
    assert f'voidgen: {needs} To allow it, add "proverbs" to unfree in voidgen.toml.' in said


REFUSING = """args: import ./2026.10 args // {
  removed = throw "removed: it was renamed to greet";
}
"""


def test_errors_of_the_package_set_are_shown(nix: Nix, tmp_path: Path) -> None:
    project = write_project(
        tmp_path / "project", manifest(["greet", "removed"]), nixpkgs="./packages/refusing.nix"
    )
    (project / "packages" / "refusing.nix").write_text(REFUSING)
    nix.run("git", "-C", project, "add", "--all")
    said = nix.fail("nix", "build", "--no-link", project)
    assert "removed (asked for by voidgen.toml):" in said
    assert "removed: it was renamed to greet" in said


def test_errors_of_the_package_set_are_shown_with_other_faults(nix: Nix, tmp_path: Path) -> None:
    project = write_project(
        tmp_path / "project", manifest(["gret", "removed"]), nixpkgs="./packages/refusing.nix"
    )
    (project / "packages" / "refusing.nix").write_text(REFUSING)
    nix.run("git", "-C", project, "add", "--all")
    said = nix.fail("nix", "build", "--no-link", project)
    assert "voidgen: 2 of the 2 Nix packages asked for cannot be used:" in said
    assert "the package set refuses it" in said
    assert "removed: it was renamed to greet" in said


def test_the_embedded_set_says_how_to_give_it_a_busybox(nix: Nix, tmp_path: Path) -> None:
    project = write_project(tmp_path / "project")
    (project / "packages" / "busybox").unlink()
    nix.run("git", "-C", project, "add", "--all")
    said = nix.fail("nix", "build", "--no-link", project)
    assert "The embedded package set needs a static busybox" in said
    assert "install -m 0755 /usr/bin/busybox packages/busybox" in said
