"""Checking out someone else's commit copies its bytes and runs nothing."""

import subprocess
from pathlib import Path

import pytest
from tests.locks.project import commit, git, repository

from voidgen.errors import StepFailedError
from voidgen.provenance.source import Source
from voidgen.release import checkout

CRLF = "one\r\ntwo $Id$ $Format:%H$\r\n"


@pytest.fixture
def pwned(tmp_path: Path) -> Path:
    return tmp_path / "pwned"


@pytest.fixture
def hostile(tmp_path: Path, pwned: Path) -> Source:
    """A repository that tries in every way to run a program."""
    folder = tmp_path / "hostile"
    touch = f"#!/bin/sh\ntouch {pwned}\n"
    repository(folder / "sub", {"file": "of the submodule\n"})
    attributes = (
        "* text=auto eol=lf ident export-subst filter=evil\n"
        "*.bin filter=lfs diff=lfs merge=lfs -text\nsecret export-ignore\n"
        "wide working-tree-encoding=UTF-16\n"
    )
    files = {
        ".git/info/attributes": "* -text -ident -working-tree-encoding -filter\n",
        ".gitattributes": attributes,
        ".gitconfig": f'[filter "evil"]\nsmudge = touch {pwned}\n[core]\nfsmonitor = {pwned}.sh\n',
        ".githooks/post-checkout": touch,
        ".lfsconfig": f"[lfs]\nurl = file://{pwned}\n",
        "lines": CRLF,
        "pointer.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
        "secret": "there all the same\n",
        "wide": "not wide\n",
    }
    git_folder = folder / ".git"
    repository(folder, files)
    # A submodule whose name would lead out of git's folder.
    url = str(folder / "sub")
    module = f'[submodule "../../hooks"]\n\tpath = sub\n\turl = {url}\n\tupdate = !touch {pwned}\n'
    found = commit(folder, {".gitmodules": module})
    (git_folder / "hooks").mkdir(exist_ok=True)
    for hook in ("post-checkout", "post-merge", "reference-transaction", "pre-upload"):
        (git_folder / "hooks" / hook).write_text(touch)
        (git_folder / "hooks" / hook).chmod(0o755)
    git(folder, "config", "uploadpack.packObjectsHook", str(git_folder / "hooks/post-merge"))
    assert not pwned.exists()
    return Source(f"file://{folder}", found, clean=True)


def test_a_hostile_commit_is_checked_out_unchanged_and_runs_nothing(
    hostile: Source, pwned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    evil = f"touch {pwned}"
    settings = (
        f'[filter "evil"]\n\tsmudge = {evil}\n\tclean = {evil}\n\trequired\n'
        f'[filter "lfs"]\n\tsmudge = {evil}\n\tprocess = {evil}\n\trequired\n'
        f"[core]\n\tautocrlf = true\n\thooksPath = {home}/hooks\n[init]\n\ttemplateDir = {home}/t\n"
        f'[url "ext::{evil}"]\n\tinsteadOf = {hostile.url}\n[submodule]\n\trecurse = true\n'
    )
    (home / ".gitconfig").write_text(settings)
    (home / "t/hooks").mkdir(parents=True)
    (home / "t/hooks/post-checkout").write_text(f"#!/bin/sh\n{evil}\n")
    (home / "t/hooks/post-checkout").chmod(0o755)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(home / "t"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.hooksPath")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(home / "t/hooks"))
    place = tmp_path / "place"
    checkout.check_out(hostile, place)
    for name in ("GIT_DIR", "GIT_TEMPLATE_DIR", "GIT_CONFIG_COUNT"):
        monkeypatch.delenv(name)
    assert not pwned.exists()
    assert (place / "lines").read_bytes() == CRLF.encode()
    assert (place / "wide").read_bytes() == b"not wide\n"
    assert (place / "secret").exists()
    assert (place / "pointer.bin").read_bytes().startswith(b"version ")
    assert list((place / "sub").iterdir()) == []
    assert git(place, "status", "--porcelain") == ""
    assert git(place, "rev-parse", "HEAD") == hostile.commit


def test_a_commit_without_a_name_is_fetched_from_an_old_server(tmp_path: Path) -> None:
    folder = tmp_path / "there"
    first = repository(folder, {"file": "1\n"})
    second = commit(folder, {"file": "2\n"})
    git(folder, "config", "protocol.version", "0")
    for number, one in enumerate((first, second)):
        place = tmp_path / f"place{number}"
        checkout.check_out(Source(f"file://{folder}", one), place)
        assert (place / "file").read_text() == f"{number + 1}\n"


@pytest.mark.parametrize("commit_", ["0" * 40, "1" * 64])
def test_a_missing_commit_is_an_error(commit_: str, tmp_path: Path) -> None:
    folder = tmp_path / "there"
    repository(folder, {"file": "1\n"})
    with pytest.raises(StepFailedError, match="cannot be fetched"):
        checkout.check_out(Source(f"file://{folder}", commit_), tmp_path / "place")


def test_a_tag_is_not_a_commit(tmp_path: Path) -> None:
    folder = tmp_path / "there"
    repository(folder, {"file": "1\n"})
    git(folder, "tag", "--annotate", "--message", "x", "v1")
    tag = git(folder, "rev-parse", "v1")
    with pytest.raises(StepFailedError, match="is not a commit"):
        checkout.check_out(Source(f"file://{folder}", tag), tmp_path / "place")


@pytest.mark.parametrize("url", ["ext::sh -c touch% pwned", "http://127.0.0.1:9/x", "fd::17/foo"])
def test_other_protocols_are_refused(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if the check of URLs has accepted it."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StepFailedError) as caught:
        checkout.check_out(Source(url, "0" * 40), tmp_path / "place")
    assert "not allowed" in caught.value.output
    assert not (tmp_path / "pwned").exists()


def test_commits_of_sha256_repositories_are_checked_out(tmp_path: Path) -> None:
    folder = tmp_path / "there"
    folder.mkdir()
    (folder / "file").write_text("1\n")
    argv = ["git", "init", "--quiet", "--template=", "--object-format=sha256", "."]
    subprocess.run(argv, cwd=folder, check=True)
    found = commit(folder)
    assert len(found) == 64
    checkout.check_out(Source(f"file://{folder}", found), tmp_path / "place")
    assert (tmp_path / "place/file").read_text() == "1\n"
