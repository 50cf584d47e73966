"""voidgen.lock and flake.lock as files: missing, links, devices, unreadable or damaged."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.program import found, voidgen, write
from tests.unit.lock.small_lock import DATA, EDITED, SMALL, put

from voidgen.lock import flake_lock
from voidgen.lock import voidgen_lock as lock_file

CONFIG = '[image]\nname = "test"\n[nix]\nnixpkgs = "./set"\n'
REGULAR = "not a regular file"
UNREADABLE = "cannot be read: "


def test_a_missing_lock_is_none(tmp_path: Path) -> None:
    assert lock_file.read(tmp_path) is None


def test_a_lock_is_read_through_a_link(tmp_path: Path) -> None:
    write(tmp_path, {"elsewhere": DATA})
    (tmp_path / lock_file.FILE).symlink_to("elsewhere")
    assert lock_file.read(tmp_path) == SMALL


@pytest.fixture
def project(repository: Path) -> Path:
    write(repository, {"voidgen.toml": CONFIG, "set/default.nix": ""})
    assert voidgen("lock", "--check", cwd=repository).status == 0
    return repository


def huge(file: Path) -> None:
    with file.open("wb") as stream:
        stream.truncate((64 << 20) + 1)


def link_to_a_fifo(file: Path) -> None:
    os.mkfifo(file.with_name("fifo"))
    file.symlink_to("fifo")


MAKE: dict[str, Callable[[Path], object]] = {
    "folder": Path.mkdir,
    "fifo": os.mkfifo,
    "loop": lambda file: file.symlink_to(file.name),
    "device": lambda file: file.symlink_to("/dev/zero"),
    "link to a fifo": link_to_a_fifo,
    "forbidden": lambda file: file.touch(0),
    "huge": huge,
    "binary": lambda file: file.write_bytes(bytes(range(256))),
    "empty": Path.touch,
}


@pytest.mark.parametrize(
    ("make", "what"),
    [
        ("folder", UNREADABLE + "Is a directory"),
        ("fifo", REGULAR),
        ("loop", UNREADABLE + "Too many levels of symbolic links"),
        ("device", REGULAR),
        ("link to a fifo", REGULAR),
        ("forbidden", UNREADABLE + "Permission denied"),
        ("huge", "larger than 64 MiB"),
        ("binary", EDITED),
        ("empty", EDITED),
    ],
)
@pytest.mark.parametrize("name", [lock_file.FILE, flake_lock.FILE])
def test_unreadable_locks_are_refused(project: Path, name: str, make: str, what: str) -> None:
    if make == "forbidden" and not os.geteuid():
        pytest.skip("root may read everything")
    MAKE[make](project / name)
    for command in (["lock", "--check"], ["generate"]):
        ran = voidgen(*command, cwd=project)
        assert (ran.status, ran.out) == (2, "")
        said, *remedy = ran.err.splitlines()
        if name == flake_lock.FILE and what == EDITED:
            what = "is not a lock file of Nix"
        assert said == f"{name}: {what}"
        assert len(remedy) <= 1
    assert "flake.nix" not in found(project)


def test_a_dangling_link_counts_as_a_missing_lock(project: Path) -> None:
    (project / lock_file.FILE).symlink_to("missing")
    assert voidgen("lock", "--check", cwd=project).status == 0


def test_faults_in_a_lock_are_reported_by_key(project: Path) -> None:
    """voidgen finds line numbers only in TOML files."""
    data = put("xbps.packages.1.size", "\u202e")
    write(project, {lock_file.FILE: data})
    ran = voidgen("lock", "--check", cwd=project)
    assert (ran.status, ran.out) == (2, "")
    what = r"expected a whole number, got '\u202e'"
    assert ran.err == f"voidgen.lock: xbps.packages[1].size: {what}\n"
