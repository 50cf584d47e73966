"""Unusual names and kinds of files are emitted unchanged, or refused by name."""

import errno
import json
import os
import shutil
import socket
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.property import running
from tests.support.program import found

CONFIG = 'image.name = "x"\noverlay.modules = ["one"]\n'
FILES = "overlay-src/one/files"


def entries(project: Path) -> dict[str, Any]:
    """Return the emitted overlay's entries, by path."""
    manifest = json.loads((project / "image/manifest.json").read_bytes())
    return {one["path"]: one for one in manifest["include"]}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = running.repository(tmp_path / "project")
    (folder / FILES / "etc").mkdir(parents=True)
    (folder / "voidgen.toml").write_text(CONFIG)
    (folder / "overlay-src/one/module.toml").write_text('summary = "x"\n')
    (folder / FILES / "etc/known").write_text("known\n")
    return folder


def _socket(file: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        here = Path.cwd()
        os.chdir(file.parent)
        try:
            made.bind(file.name)
        finally:
            os.chdir(here)


def _device(file: Path) -> None:
    try:
        os.mknod(file, stat.S_IFCHR | 0o600, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("only root makes devices")


KINDS: dict[str, Callable[[Path], object]] = {
    "fifo": os.mkfifo,
    "socket": _socket,
    "device": _device,
}


@pytest.mark.parametrize("kind", KINDS)
def test_special_files_in_the_image_are_refused(kind: str, project: Path) -> None:
    KINDS[kind](project / FILES / "etc" / kind)
    before = found(project)
    ran = running.generate(project)
    assert (ran.status, ran.stdout) == (2, "")
    assert f"{FILES}/etc/{kind}: is neither a file, a folder nor a symbolic link" in ran.stderr
    assert found(project) == before


@pytest.mark.parametrize("kind", KINDS)
def test_special_files_outside_of_the_image_are_ignored(kind: str, project: Path) -> None:
    """They are in the project, but not part of the image."""
    for folder in (project, project / "overlay-src", project / "overlay-src/one"):
        KINDS[kind](folder / kind)
    assert running.generate(project).status == 0
    assert running.generate(project, "--check").status == 0


@pytest.mark.parametrize("name", ["voidgen.toml", "overlay-src/one/module.toml"])
@pytest.mark.parametrize("kind", KINDS)
def test_special_files_are_not_read(kind: str, name: str, project: Path) -> None:
    (project / name).unlink()
    KINDS[kind](project / name)
    ran = running.generate(project)
    assert (ran.status, ran.stdout) == (2, "")
    assert f"{name}: " in ran.stderr


@pytest.mark.parametrize("name", ["flake.nix", "image/emitted.json", "image"])
@pytest.mark.parametrize("kind", KINDS)
def test_special_files_are_not_overwritten(kind: str, name: str, project: Path) -> None:
    (project / name).parent.mkdir(exist_ok=True)
    KINDS[kind](project / name)
    before = found(project)
    ran = running.generate(project)
    assert (ran.status, ran.stdout) == (2, "")
    assert f"{name}: " in ran.stderr
    assert found(project) == before


@pytest.mark.parametrize("target", ["/etc/shadow", "../../../../../../etc/shadow", "known", "."])
def test_links_are_never_followed(target: str, project: Path) -> None:
    (project / FILES / "etc/link").symlink_to(target)
    assert running.generate(project).status == 0
    assert entries(project)["/etc/link"]["target"] == target
    assert not os.path.lexists(project / "image/include/etc/link")


def test_a_link_to_a_folder_is_emitted_as_a_link(project: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("secret\n")
    (project / FILES / "opt").symlink_to(outside)
    assert running.generate(project).status == 0
    assert entries(project)["/opt"]["target"] == str(outside)
    assert [path for path in entries(project) if path.startswith("/opt/")] == []
    assert not (project / "image/include/opt").exists()


@pytest.mark.parametrize("name", ["image", "image/include", "image/include/etc"])
def test_generate_does_not_write_through_a_link(name: str, project: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (project / name).parent.mkdir(parents=True, exist_ok=True)
    (project / name).symlink_to(outside)
    ran = running.generate(project)
    assert (ran.status, ran.stdout) == (2, "")
    assert (
        f"{name}: is not a folder, and voidgen writes files into a folder of this name"
        in ran.stderr
    )
    assert list(outside.iterdir()) == []
    # --force does not, either.
    running.generate(project, "--force")
    assert list(outside.iterdir()) == []


def test_hard_links_are_emitted_as_separate_files(project: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("theirs\n")
    os.link(outside, project / FILES / "etc/one")
    os.link(outside, project / FILES / "etc/two")
    assert running.generate(project).status == 0
    for name in ("one", "two"):
        left = project / "image/include/etc" / name
        assert left.read_text() == "theirs\n"
        assert left.stat().st_nlink == 1
    # Emitted files are replaced, not written in place.
    (project / "image/include/etc/one").unlink()
    os.link(outside, project / "image/include/etc/one")
    outside.write_text("others\n")
    running.generate(project, "--force")
    assert outside.read_text() == "others\n"


@pytest.mark.parametrize("mode", [0o4755, 0o2755, 0o1777, 0o777, 0o000, 0o600])
def test_only_the_owners_run_bit_of_a_mode_counts(mode: int, project: Path) -> None:
    expected = 0o755 if mode & 0o100 else 0o644
    file = project / FILES / "etc/known"
    file.chmod(mode)
    ran = running.generate(project)
    if mode == 0 and os.geteuid():
        assert (ran.status, f"{FILES}/etc/known: cannot be read" in ran.stderr) == (2, True)
        return
    assert ran.status == 0
    assert entries(project)["/etc/known"]["mode"] == f"{expected:04o}"
    assert (project / "image/include/etc/known").stat().st_mode & 0o7777 == expected


def test_a_folder_that_cannot_be_read(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = project / FILES / "etc/closed"
    folder.mkdir()
    scandir = os.scandir

    def closed(place: Path) -> object:
        # Simulated, because root can read everything.
        if Path(place) == folder:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))
        return scandir(place)

    monkeypatch.setattr(os, "scandir", closed)
    ran = running.generate(project)
    assert (ran.status, ran.stdout) == (2, "")
    assert f"{FILES}/etc/closed: cannot be read: Permission denied" in ran.stderr
    assert "change its permissions so that you can read it" in ran.stderr


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[31mb", "a\x7fb", "a\tb", "-rf", "a b", "#", "$x"])
def test_strange_names_are_emitted_or_refused(name: str, project: Path) -> None:
    (project / FILES / "etc" / name).write_text("x\n")
    ran = running.generate(project)
    assert all(sign.isprintable() or sign == "\n" for sign in ran.stdout + ran.stderr)
    if ran.status:
        assert (ran.status, f"{FILES}/etc/" in ran.stderr) == (2, True)
    else:
        assert (project / "image/include/etc" / name).read_text() == "x\n"


def test_names_that_differ_only_in_case_are_emitted(project: Path) -> None:
    for name in ("Readme", "README", "readme"):
        (project / FILES / "etc" / name).write_text(name)
    assert running.generate(project).status == 0
    for name in ("Readme", "README", "readme"):
        assert (project / "image/include/etc" / name).read_text() == name


@pytest.mark.parametrize("length", [255, 251, 100])
def test_long_names_are_emitted(length: int, project: Path) -> None:
    name = "n" * length
    (project / FILES / "etc" / name).write_text("x\n")
    assert running.generate(project).status == 0
    assert (project / "image/include/etc" / name).read_text() == "x\n"


@pytest.mark.parametrize("depth", [100, 10_000])
def test_deep_trees_are_emitted_or_refused(depth: int, project: Path) -> None:
    """Paths that are longer than the system allows are refused by name."""
    here = os.open(project / FILES / "etc", os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("leaf", os.O_CREAT | os.O_WRONLY, 0o644, dir_fd=here))
    os.close(here)
    try:
        ran = running.generate(project)
        if depth > 2000:
            assert ran.status == 2
            assert "File name too long" in ran.stderr
            assert not (project / "image").exists()
        else:
            assert ran.status == 0
            assert (project / "image/include/etc" / "/".join(["d"] * depth) / "leaf").is_file()
    finally:
        subprocess.run(["rm", "-rf", project / FILES / "etc/d"], check=True)
        shutil.rmtree(project / "image", ignore_errors=True)
