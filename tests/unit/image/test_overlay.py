"""The overlay of somebody's build: what its manifest lists is read from its tree alone."""

import os
from pathlib import Path

import pytest

from voidgen.errors import WrongInputError
from voidgen.image import overlay
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
    (top / "etc/large").write_bytes(b"a" * (overlay.LONGEST + 1))
    (top / "etc/exact").write_bytes(b"a" * overlay.LONGEST)
    (top / "etc/link").symlink_to(tmp_path / "secret")
    os.mkfifo(top / "etc/fifo")
    (tmp_path / "include").symlink_to(top)
    return tmp_path / "include"


def listed(path: str) -> list[Listed]:
    return [Listed(path, "file", "0644", "root", "root")]


@pytest.mark.parametrize(
    ("path", "text"),
    [("/etc/motd", "hello\n"), ("/etc/large", None), ("/etc/exact", "a" * overlay.LONGEST)],
)
def test_content(path: str, text: str | None, include: Path) -> None:
    (found,) = overlay.built(listed(path), include).values()
    assert (found.text, found.digest) == (text, sri.of_file(include / path[1:]))


def test_one_that_is_not_there(include: Path) -> None:
    (found,) = overlay.built(listed("/etc/none"), include).values()
    assert (found.text, found.digest) == (None, "")


@pytest.mark.parametrize(
    "path", ["/../../secret", "/etc/link", "../../secret", "/etc/../../../secret"]
)
def test_no_way_out(path: str, include: Path) -> None:
    assert (include / path.lstrip("/")).resolve().read_bytes() == SECRET
    with pytest.raises((GarbledError, WrongInputError), match=r"out of the overlay|not a path"):
        overlay.built(listed(path), include)


def test_a_path_of_this_machine_is_one_of_the_tree(include: Path) -> None:
    (found,) = overlay.built(listed(f"/{include.parent}/secret"), include).values()
    assert (found.text, found.digest) == (None, "")


@pytest.mark.parametrize("path", ["/etc/fifo", "/etc", f"/{'a' * 300}", "/etc/motd/x"])
def test_no_file(path: str, include: Path) -> None:
    with pytest.raises(WrongInputError):
        overlay.built(listed(path), include)
