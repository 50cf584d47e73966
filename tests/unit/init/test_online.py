"""`voidgen init --online`: from a project without a network to one that makes an ISO."""

import tomllib
from pathlib import Path

import pytest
from tests.support.program import found, voidgen, write

from voidgen import config, project
from voidgen.data import bundled_files
from voidgen.errors import StepFailedError
from voidgen.init import online
from voidgen.lock import state

NEXT = "next: voidgen generate && voidgen lock && voidgen iso   (`voidgen doctor` checks first)\n"


@pytest.fixture
def example(repository: Path) -> Path:
    """The offline example, as `voidgen init --offline` makes it."""
    for name in ("voidgen.toml", "packages/2026.10/default.nix", "overlay-src/welcome/module.toml"):
        write(repository, {name: (bundled_files.offline() / name).read_text()})
    for name in ("etc/motd", "usr/local/bin/welcome.j2"):
        path = f"overlay-src/welcome/files/{name}"
        write(repository, {path: (bundled_files.offline() / path).read_text()})
    return repository


def test_the_example(example: Path) -> None:
    before = config.load(example)
    ran = voidgen("init", "--online", cwd=example)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == (
        "voidgen.toml: nix.nixpkgs = github:NixOS/nixpkgs/nixos-unstable, instead of "
        "./packages/2026.10\n"
        "voidgen.toml: nix.packages - greet, countdown, notebook^out,man, deskTools.clock, "
        "proverb-of-the-day\n"
        "voidgen.toml: nix.unfree - proverbs\n"
        "overlay-src/welcome/module.toml: packages.nix - palette\n"
        "note: what is removed (-) is from ./packages/2026.10; `voidgen add nix NAME` adds others\n"
        f"voidgen.toml: + [mklive]\n{NEXT}"
    )
    after = project.load(example)
    assert (after.plan.packages, after.warnings) == ((), ())
    settings = after.plan.config
    assert (settings.image, settings.xbps, settings.overlay) == (
        before.image, before.xbps, before.overlay,
    )  # fmt: skip
    # What is missing is what `voidgen lock` locks.
    assert state.unlocked(after) == [
        "flake.lock has no nixpkgs from github:NixOS/nixpkgs/nixos-unstable",
        "flake.lock has no mklive from github:void-linux/void-mklive",
        "voidgen.lock does not have Void's packages",
    ]
    assert voidgen("generate", cwd=example).status == 0
    # No comment is left that is not true any more, and a second time changes nothing.
    text = (example / "voidgen.toml").read_text()
    assert "without a network" not in text
    ran = voidgen("init", "--online", cwd=example)
    assert ran.out.startswith("nothing to change: ")
    assert (example / "voidgen.toml").read_text() == text


def test_the_comments_that_it_removes_are_the_examples() -> None:
    lines = (bundled_files.offline() / "voidgen.toml").read_text().splitlines()
    assert [line for line in lines if line in online.UNTRUE] == [*online.UNTRUE]


def test_a_copy_of_nixpkgs_has_the_same_names(example: Path) -> None:
    write(example, {"packages/2026.10/pkgs/top-level/default.nix": ""})
    assert voidgen("init", "--online", cwd=example).status == 0
    assert "greet" in config.load(example).nix.packages
    assert "palette" in (example / "overlay-src/welcome/module.toml").read_text()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('[image]\nname = "x"\n', ["voidgen.toml: + [mklive]"]),
        (
            '[image]\nname = "x"\n[nix]\nnixpkgs = "./packages"\n[mklive]\n',
            [f"voidgen.toml: nix.nixpkgs = {online.NIXPKGS}, instead of ./packages"],
        ),
        ('image = { name = "x" }\nnix.nixpkgs = "./packages"\nmklive = {}\n', None),
    ],
)
def test_projects_that_need_less(repository: Path, text: str, lines: list[str] | None) -> None:
    write(repository, {"voidgen.toml": text, "packages/default.nix": ""})
    ran = voidgen("init", "--online", cwd=repository)
    assert ran.status == 0
    if lines is not None:
        assert ran.out.splitlines()[:-1] == lines
    assert config.load(repository).nix.nixpkgs == online.NIXPKGS
    assert tomllib.loads((repository / "voidgen.toml").read_text())["image"] == {"name": "x"}


@pytest.mark.parametrize(
    "files",
    [
        {"voidgen.toml": "["},
        {"overlay-src/welcome/module.toml": "["},
        {"voidgen.toml": '[image]\nname = "x"\n[overlay]\nmodules = ["absent"]\n'},
    ],
)
def test_a_project_with_faults_stays_as_it_is(example: Path, files: dict[str, str]) -> None:
    write(example, files)
    before = found(example)
    ran = voidgen("init", "--online", cwd=example)
    assert (ran.status, ran.out) == (2, "")
    assert found(example) == before


@pytest.mark.parametrize(
    "words", [["--offline"], ["--preset", "console"], ["--arch", "x86_64"], ["--from", "x"]]
)
def test_options_that_make_a_project(example: Path, words: list[str]) -> None:
    ran = voidgen("init", "--online", *words, cwd=example)
    assert ran.status == 2
    assert "--online changes a project that is there" in ran.err


def test_a_workflow_too(example: Path) -> None:
    source = f"github:x/voidgen/{'0' * 40}"
    words = ("--online", "--ci", "github", "--voidgen", source)
    assert voidgen("init", *words, cwd=example).status == 0
    assert "voidgen iso" in (example / ".github/workflows/voidgen.yml").read_text()


def test_a_file_that_changes_meanwhile(example: Path) -> None:
    change = online.plan(example)
    write(example, {"voidgen.toml": "mine"})
    before = found(example)
    with pytest.raises(StepFailedError, match="was changed in the meantime"):
        online.write(example, change)
    assert found(example) == before


@pytest.mark.parametrize("mklive", ["", "[mklive]\n"])
def test_iso_names_it(example: Path, mklive: str) -> None:
    write(example, {"voidgen.toml": f"{(example / 'voidgen.toml').read_text()}{mklive}"})
    for command in ("iso", "fetch"):
        ran = voidgen(command, cwd=example)
        assert ran.status == 2
        assert ("run `voidgen init --online`" in ran.err) == (not mklive)
