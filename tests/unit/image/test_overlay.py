"""The overlay of someone else's build: files are read only from the build's own tree."""

import os
from pathlib import Path

import pytest

from voidgen.errors import WrongInputError
from voidgen.image import overlay
from voidgen.image.overlay_files import LONGEST
from voidgen.plan.documents import Entry as Listed
from voidgen.system import sri
from voidgen.system.untrusted import GarbledError

SECRET = b"secret\n"


@pytest.fixture
def include(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_bytes(SECRET)
    top = tmp_path / "store" / "include"
    (top / "etc").mkdir(parents=True)
    (top / "etc/motd").write_text("hello\n")
    (top / "etc/large").write_bytes(b"a" * (LONGEST + 1))
    (top / "etc/exact").write_bytes(b"a" * LONGEST)
    (top / "etc/link").symlink_to(tmp_path / "secret")
    os.mkfifo(top / "etc/fifo")
    (tmp_path / "include").symlink_to(top)
    return tmp_path / "include"


def listed(path: str) -> list[Listed]:
    return [Listed(path, "file", "0644", "root", "root")]


@pytest.mark.parametrize(
    ("path", "text"),
    [("/etc/motd", "hello\n"), ("/etc/large", None), ("/etc/exact", "a" * LONGEST)],
)
def test_text_and_hash_of_a_file(path: str, text: str | None, include: Path) -> None:
    (found,) = overlay.built(listed(path), include).values()
    assert (found.text, found.digest) == (text, sri.of_file(include / path[1:]))


def test_a_missing_file_has_neither_text_nor_hash(include: Path) -> None:
    (found,) = overlay.built(listed("/etc/none"), include).values()
    assert (found.text, found.digest) == (None, "")


@pytest.mark.parametrize(
    "path", ["/../../secret", "/etc/link", "../../secret", "/etc/../../../secret"]
)
def test_paths_that_lead_out_of_the_tree_are_refused(path: str, include: Path) -> None:
    assert (include / path.lstrip("/")).resolve().read_bytes() == SECRET
    with pytest.raises((GarbledError, WrongInputError), match=r"out of the overlay|not a path"):
        overlay.built(listed(path), include)


def test_an_absolute_path_is_looked_up_in_the_tree(include: Path) -> None:
    (found,) = overlay.built(listed(f"/{include.parent}/secret"), include).values()
    assert (found.text, found.digest) == (None, "")


@pytest.mark.parametrize("path", ["/etc/fifo", "/etc", f"/{'a' * 300}", "/etc/motd/x"])
def test_paths_that_are_not_files_are_refused(path: str, include: Path) -> None:
    with pytest.raises(WrongInputError):
        overlay.built(listed(path), include)
