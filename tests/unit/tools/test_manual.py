"""The manual pages are current, valid, and readable on narrow terminals."""

import subprocess
from pathlib import Path

import pytest
from tests.overlay.debian import unpacked

from tools import manual
from voidgen.cli.examples import EXAMPLES

PAGES = manual.pages()


def shown(file: Path, columns: int) -> str:
    argv = ["man", "--local-file", "--encoding=UTF-8", "--no-hyphenation", str(file)]
    env = {"MANWIDTH": str(columns), "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(argv, env=env, check=True, capture_output=True, text=True)
    assert not done.stderr
    return done.stdout


def test_they_are_current() -> None:
    there = {file.name: file.read_text() for file in manual.FOLDER.iterdir()}
    assert there == PAGES, "run `make golden`"


@pytest.mark.parametrize("name", PAGES)
def test_man_shows_all_sections_and_examples(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(PAGES[name])
    for columns in (60, 100):
        text = shown(tmp_path / name, columns)
        command = name.removesuffix(".1").removeprefix("voidgen-")
        for heading in ("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS"):
            assert f"\n{heading}\n" in text
        # Examples stay on their lines, so that they can be copied.
        for line in EXAMPLES.get(command, ()):
            assert f"       {line}\n" in text


def test_mandoc_finds_no_fault() -> None:
    mandoc = unpacked("mandoc") / "usr/bin/mandoc"
    pages = map(str, sorted(manual.FOLDER.iterdir()))
    argv = [str(mandoc), "-T", "lint", "-W", "warning", *pages]
    done = subprocess.run(argv, check=False, capture_output=True, text=True)
    # Pages have no date, so that the same sources give the same pages.
    wrong = [line for line in done.stdout.splitlines() if "missing date" not in line]
    assert wrong == []


def test_special_characters_are_shown_unchanged(tmp_path: Path) -> None:
    hostile = ".so /etc/passwd \\fB 'x' `y` a-b ~^ ä …"
    (tmp_path / "x.1").write_text(f".TH X 1\n.SH NAME\n{manual._text(hostile)}\n")  # noqa: SLF001
    assert hostile in shown(tmp_path / "x.1", 100)
