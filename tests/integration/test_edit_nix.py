"""`voidgen add nix` and `remove nix` check names and licences with the real Nix."""

import os
import pty
import sys
from pathlib import Path

import pytest
from tests.integration.shapes import SIX, add_shapes
from tests.support.program import voidgen

# What asks on a terminal.
RUN = "from voidgen.cli import main; main()"


def config(project: Path) -> str:
    return (project / "voidgen.toml").read_text()


def test_add_writes_packages_that_exist(example: Path) -> None:
    ran = voidgen("add", "nix", "dice", "deskTools.sticky", "notebook^*", cwd=example)
    assert ran.status == 0
    assert '  "dice",\n  "deskTools.sticky",\n  "notebook^*",\n]\n' in config(example)
    assert "could not be checked" not in ran.err
    assert voidgen("generate", cwd=example).status == 0


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gret", 'gret: the package set (release 2026.10) has no package "gret"'),
        ("gret", "similar names: greet"),
        ("deskTools", "this is a set of packages, not a package"),
        ("greet^man", 'it has no output "man", only "out"'),
    ],
)
def test_add_refuses_a_package_that_does_not_exist(example: Path, name: str, said: str) -> None:
    before = config(example)
    ran = voidgen("add", "nix", name, cwd=example)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert config(example) == before


def remove_unfree_packages(example: Path) -> None:
    """Remove the example's package that needs an unfree one."""
    assert voidgen("remove", "nix", "proverb-of-the-day", cwd=example).status == 0
    assert "unfree = [] " in config(example)


def test_remove_drops_unfree_names_that_no_package_needs(example: Path) -> None:
    assert voidgen("add", "nix", "proverbs", cwd=example).status == 0
    assert voidgen("remove", "nix", "proverb-of-the-day", cwd=example).status == 0
    assert 'unfree = ["proverbs"]' in config(example)
    assert voidgen("remove", "nix", "proverbs", cwd=example).status == 0
    assert "unfree = [] " in config(example)


def test_add_refuses_unfree_dependencies_without_the_unfree_option(example: Path) -> None:
    remove_unfree_packages(example)
    before = config(example)
    ran = voidgen("add", "nix", "proverb-of-the-day", cwd=example)
    assert (ran.status, ran.out) == (2, "")
    assert "proverbs is unfree (license: " in ran.err
    assert "pass --unfree" in ran.err
    assert config(example) == before
    assert voidgen("add", "nix", "proverb-of-the-day", "--unfree", cwd=example).status == 0
    assert 'unfree = ["proverbs"] ' in config(example)


@pytest.mark.parametrize("answer", [b"y\n", b"n\n"])
def test_add_asks_at_a_terminal_before_it_accepts_an_unfree_package(
    example: Path, answer: bytes
) -> None:
    remove_unfree_packages(example)
    before = config(example)
    said, status = at_terminal(example, answer, "add", "nix", "proverbs")
    assert "proverbs is unfree (license: " in said
    assert "Accept it in this image?" in said
    assert (status, config(example) == before) == ((0, False) if answer == b"y\n" else (2, True))


def at_terminal(folder: Path, answer: bytes, *words: str) -> tuple[str, int]:
    process, terminal = pty.fork()
    if not process:
        os.chdir(folder)
        os.execv(sys.executable, [sys.executable, "-c", RUN, *words])  # noqa: S606
    said = b""
    try:
        while piece := os.read(terminal, 1 << 12):
            said += piece
            if b"?" in piece:
                os.write(terminal, answer)
    except OSError:  # EIO: the process has closed the terminal.
        pass
    _, status = os.waitpid(process, 0)
    os.close(terminal)
    return said.decode(), os.waitstatus_to_exitcode(status)


@pytest.fixture
def shapes(example: Path) -> Path:
    """The example, with a package set that refuses packages as nixpkgs does."""
    add_shapes(example / "packages", old=False)
    file = example / "voidgen.toml"
    file.write_text(file.read_text().replace("./packages/2026.10", "./packages/shapes"))
    return example


def test_add_reports_all_refused_packages_in_one_run(shapes: Path) -> None:
    before = config(shapes)
    names = [*SIX, "needs-broken", "needs-unsupported", "needs-unfree", "throws", "loops"]
    ran = voidgen("add", "nix", *names, cwd=shapes)
    assert (ran.status, ran.out) == (2, "")
    for line in (
        'gret: the package set (release 2026.10) has no package "gret"',
        "unfree-one is unfree (license: unfree)\n    to accept it, pass --unfree",
        "speedups is unfree (license: unfree)\n    to accept it, pass --unfree",
        "broken-one: it is marked as broken",
        "insecure-one-1.0 is insecure (known issues: CVE-1: anyone may come in)",
        "unsupported-one: it does not support ",
        "old-name: the package set says: 'old-name' has been renamed",
        'needs-broken: it needs "broken-one-1.0", which is marked as broken',
        'needs-unsupported: it needs "unsupported-one-1.0", which does not support this system',
        "throws: the package set refuses it: not today nor tomorrow",
        "loops: the package set refuses it: infinite recursion encountered\n",
    ):
        assert line in ran.err
    assert "NIXPKGS_ALLOW" not in ran.err
    assert config(shapes) == before


def test_adding_a_listed_package_adds_the_unfree_names_that_it_lacks(shapes: Path) -> None:
    file = shapes / "voidgen.toml"
    file.write_text(config(shapes).replace("packages = [", 'packages = [\n  "needs-unfree",', 1))
    assert voidgen("add", "nix", "needs-unfree", "--unfree", cwd=shapes).status == 0
    assert 'unfree = ["proverbs", "speedups", "unfree-one"]' in config(shapes)


def test_add_and_remove_update_the_list_of_insecure_packages(shapes: Path) -> None:
    ran = voidgen("add", "nix", "needs-insecure", cwd=shapes)
    assert ran.status == 2
    assert "insecure-one-1.0 is insecure (known issues: " in ran.err
    assert voidgen("add", "nix", "needs-insecure", "--insecure", cwd=shapes).status == 0
    assert 'insecure = ["insecure-one-1.0"]' in config(shapes)
    assert voidgen("remove", "nix", "needs-insecure", cwd=shapes).status == 0
    assert "insecure = []" in config(shapes)


@pytest.mark.parametrize(("name", "works"), [("old-name", False), ("older-name", True)])
@pytest.mark.parametrize("answer", [b"y\n", b"n\n"])
def test_add_offers_the_new_name_of_a_renamed_package(
    shapes: Path, name: str, answer: bytes, *, works: bool
) -> None:
    file = shapes / "voidgen.toml"
    file.write_text(config(shapes).replace('  "greet",\n', ""))
    said, status = at_terminal(shapes, answer, "add", "nix", f"{name}^out")
    assert f"{name}^out has been renamed to greet^out" in said
    assert "Add the new name instead?" in said
    if answer == b"y\n":
        assert status == 0
        assert '"greet^out"' in config(shapes)
    else:
        assert status == (0 if works else 2)
        assert (f'"{name}^out"' in config(shapes)) is works


def test_add_notes_that_a_working_package_has_been_renamed(shapes: Path) -> None:
    ran = voidgen("add", "nix", "older-name", cwd=shapes)
    assert ran.status == 0
    assert "note: older-name has been renamed to greet: both still work" in ran.err


def test_add_reports_a_broken_package_set_once(shapes: Path) -> None:
    (shapes / "packages/shapes/default.nix").write_text("{ a = 1 }")
    ran = voidgen("add", "nix", "dice", "notebook", cwd=shapes)
    assert ran.status == 1
    assert ran.err.count("error: syntax error") == 1
    assert "packages/shapes/default.nix:1:" in ran.err
    assert "dice" not in ran.err
    assert "while " not in ran.err
    assert "  | error:" in voidgen("add", "-v", "nix", "dice", cwd=shapes).err


def test_add_shows_warnings_of_the_package_set(shapes: Path) -> None:
    ran = voidgen("add", "nix", "leaving", cwd=shapes)
    assert ran.status == 0
    assert "note: leaving: removal: nobody looks after it" in ran.err
