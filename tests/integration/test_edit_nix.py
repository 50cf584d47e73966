"""`voidgen add nix` and `remove nix`: names and licences by the real Nix."""

import os
import pty
import sys
from pathlib import Path

import pytest
from tests.unit.program import voidgen

# What asks on a terminal.
RUN = "from voidgen.cli import main; main()"


def config(project: Path) -> str:
    return (project / "voidgen.toml").read_text()


def test_what_exists_is_added(example: Path) -> None:
    ran = voidgen("add", "nix", "dice", "deskTools.sticky", "notebook^*", cwd=example)
    assert ran.status == 0
    assert '  "dice",\n  "deskTools.sticky",\n  "notebook^*",\n]\n' in config(example)
    assert "could not be checked" not in ran.err
    assert voidgen("generate", cwd=example).status == 0


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gret", 'gret: the package set (release 2026.10) has no package "gret"'),
        ("gret", "near names: greet"),
        ("deskTools", "this is a set of packages, not a package"),
        ("greet^man", 'it has no output "man", only "out"'),
    ],
)
def test_what_does_not_is_told(example: Path, name: str, said: str) -> None:
    before = config(example)
    ran = voidgen("add", "nix", name, cwd=example)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert config(example) == before


def without_unfree(example: Path) -> None:
    """The example, less the package that needs an unfree one."""
    assert voidgen("remove", "nix", "proverb-of-the-day", cwd=example).status == 0
    assert "unfree = [] " in config(example)


def test_unfree_ones_go_when_nothing_needs_them(example: Path) -> None:
    assert voidgen("add", "nix", "proverbs", cwd=example).status == 0
    assert voidgen("remove", "nix", "proverb-of-the-day", cwd=example).status == 0
    assert 'unfree = ["proverbs"]' in config(example)
    assert voidgen("remove", "nix", "proverbs", cwd=example).status == 0
    assert "unfree = [] " in config(example)


def test_what_something_unfree_is_needed_by_is_accepted_by_name(example: Path) -> None:
    without_unfree(example)
    before = config(example)
    ran = voidgen("add", "nix", "proverb-of-the-day", cwd=example)
    assert (ran.status, ran.out) == (2, "")
    assert "proverbs is unfree (licence: " in ran.err
    assert "pass --unfree" in ran.err
    assert config(example) == before
    assert voidgen("add", "nix", "proverb-of-the-day", "--unfree", cwd=example).status == 0
    assert 'unfree = ["proverbs"] ' in config(example)


@pytest.mark.parametrize("answer", [b"y\n", b"n\n"])
def test_a_person_is_asked(example: Path, answer: bytes) -> None:
    without_unfree(example)
    before = config(example)
    said, status = at_terminal(example, answer, "add", "nix", "proverbs")
    assert "proverbs is unfree (licence: " in said
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
    except OSError:  # EIO: the other side is closed.
        pass
    _, status = os.waitpid(process, 0)
    os.close(terminal)
    return said.decode(), os.waitstatus_to_exitcode(status)


def test_what_the_set_refuses_is_told_in_its_words(example: Path) -> None:
    default = example / "packages/2026.10/default.nix"
    text = default.read_text()
    default.write_text(f'args: (let f = {text}; in f args) // {{ old = throw "old is gone"; }}\n')
    before = config(example)
    ran = voidgen("add", "nix", "old", cwd=example)
    assert (ran.status, ran.out) == (1, "")
    assert "voidgen: the package set refuses old\n" in ran.err
    assert "old is gone" in ran.err
    assert config(example) == before
