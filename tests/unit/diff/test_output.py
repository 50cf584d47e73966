"""Where `voidgen diff` writes, and in which format."""

from pathlib import Path

import pytest
from tests.support.lock import lock, package
from tests.support.program import voidgen, write
from tests.support.terminal import on_terminal

from voidgen.lock import voidgen_lock

SIDES = ("old/voidgen.lock", "new/voidgen.lock")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, version in (("old", "1_1"), ("new", "2_1")):
        write(
            tmp_path, {f"{name}/voidgen.lock": voidgen_lock.dump(lock([package(f"a-{version}")]))}
        )
    return tmp_path


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("it.txt", "old/voidgen.lock ("), ("it.json", "{\n"), ("it.md", "### old/voidgen.lock ("),
        ("it.html", "<!DOCTYPE html>"), ("it.HTM", "<!DOCTYPE html>"),
    ],
)  # fmt: skip
def test_the_files_ending_chooses_the_format(folder: Path, name: str, start: str) -> None:
    ran = voidgen("diff", *SIDES, "-o", name, cwd=folder)
    assert (ran.status, ran.out, ran.err) == (0, "", "")
    text = (folder / name).read_text()
    assert text.lstrip().startswith(start)
    assert "\x1b" not in text


def test_format_comes_before_the_ending(folder: Path) -> None:
    assert voidgen("diff", *SIDES, "-o", "it.xyz", "--format", "json", cwd=folder).status == 0
    assert (folder / "it.xyz").read_text().startswith("{")


@pytest.mark.parametrize("name", ["it.pdf", "it"])
def test_other_endings_are_refused(folder: Path, name: str) -> None:
    ran = voidgen("diff", *SIDES, "-o", name, cwd=folder)
    assert (ran.status, ran.out) == (2, "")
    assert "use .txt, .json, .md, .html, .htm, or add --format" in ran.err
    assert not (folder / name).exists()


def test_a_page_is_not_written_to_a_terminal(folder: Path) -> None:
    status, said, errors = on_terminal(folder, "diff", *SIDES, "--format", "html")
    assert (status, said) == (2, "")
    assert "HTML cannot be shown in a terminal: name a file with --output" in errors


@pytest.mark.parametrize("words", [SIDES, (SIDES[0], "-o", "it.json")])
def test_save_takes_one_side(folder: Path, words: tuple[str, ...]) -> None:
    ran = voidgen("diff", *words, "--save", "saved", cwd=folder)
    assert ran.status == 2
    assert "--save writes only OLD" in ran.err
    assert not (folder / "saved").exists()
