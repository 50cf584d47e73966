"""A project with everything that git could change, and the forms in which people get it."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.support.program import voidgen, write

SKEL = "overlay-src/hostile/files/etc/skel"
ATTRIBUTES = (
    "* text=auto eol=crlf ident export-subst filter=lfs\n"
    "*.txt export-ignore working-tree-encoding=UTF-16\n"
)
SOURCES: Mapping[str, bytes] = {
    "overlay-src/hostile/module.toml": b'summary = "All that git reads and changes"\n'
    b'[allow]\n"/etc/skel/script" = ["line-ending"]\n',
    f"{SKEL}/.gitattributes.j2": ATTRIBUTES.encode(),
    f"{SKEL}/.gitignore.j2": b"*\n",
    f"{SKEL}/.gitmodules.j2": b'[submodule "x"]\n\tpath = x\n\turl = /x\n',
    f"{SKEL}/.git.j2": b"gitdir: /elsewhere\n",
    f"{SKEL}/.GITIGNORE.j2": b"*.txt\n",
    f"{SKEL}/@.gitattributes": b"the name that .gitattributes is emitted by\n",
    f"{SKEL}/@@.gitignore": b"and another\n",
    f"{SKEL}/format.txt": b"$Format:%H$ of $Format:%ad$\n",
    f"{SKEL}/id.txt": b"$Id$\n$Id: 0000000000000000000000000000000000000000 $\n",
    f"{SKEL}/crlf.txt": b"one\r\ntwo\r\n",
    f"{SKEL}/lf.txt": b"one\ntwo\n",
    f"{SKEL}/mixed.txt": b"one\r\ntwo\nthree\rfour\r",
    f"{SKEL}/utf-16.txt": "Grüße\r\n".encode("utf-16"),
    f"{SKEL}/script": b"#!/bin/sh\r\nexit 0\n",
}
IMAGE: Mapping[str, bytes] = {
    name.removeprefix(f"{SKEL}/").removesuffix(".j2"): data
    for name, data in SOURCES.items()
    if name.startswith(SKEL)
}
"""The files by their names below /etc/skel."""


def git(folder: Path, *words: str) -> None:
    names = ("author.name", "author.email", "committer.name", "committer.email")
    who = [option for name in names for option in ("-c", f"{name}=t")]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def make(folder: Path) -> Path:
    """Make and generate a project that is not committed."""
    busybox = os.environ.get("VOIDGEN_BUSYBOX") or shutil.which("busybox")
    assert busybox, "the tests need a static busybox (Debian: apt install busybox-static)"
    made = voidgen("init", "--offline", "--busybox", busybox, str(folder), cwd=folder.parent)
    assert made.status == 0, made.err
    write(folder, SOURCES)
    settings = folder / "voidgen.toml"
    text = settings.read_text()
    assert "modules = [" in text
    settings.write_text(text.replace("modules = [", 'modules = ["hostile", ', 1))
    ran = voidgen("generate", cwd=folder)
    assert (ran.status, ran.err) == (0, "")
    git(folder, "add", "--all")
    return folder


def committed(project: Path, folder: Path) -> Path:
    shutil.copytree(project, folder, symlinks=True)
    git(folder, "commit", "--quiet", "-m", "all")
    return folder


def _clone(*options: str) -> Callable[[Path, Path], Path]:
    def make(project: Path, folder: Path) -> Path:
        source = committed(project, folder.with_name("origin"))
        git(folder.parent, "clone", *options, f"file://{source}", str(folder))
        return folder

    return make


def _archive(project: Path, folder: Path) -> Path:
    source = committed(project, folder.with_name("origin"))
    folder.mkdir()
    tar = subprocess.run(["git", "archive", "HEAD"], cwd=source, capture_output=True, check=True)
    subprocess.run(["tar", "-x"], input=tar.stdout, cwd=folder, check=True)
    return folder


def _archive_in_git(project: Path, folder: Path) -> Path:
    _archive(project, folder)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all", "--force")
    return folder


def _worktree(project: Path, folder: Path) -> Path:
    source = committed(project, folder.with_name("origin"))
    git(source, "worktree", "add", "--quiet", str(folder))
    return folder


def _below(project: Path, folder: Path) -> Path:
    """Copy into a subfolder of a repository whose .gitattributes would change everything."""
    write(folder, {".gitattributes": ATTRIBUTES.replace("export-ignore", "-diff"), "README": "a\n"})
    shutil.copytree(
        project, folder / "images/one", symlinks=True, ignore=shutil.ignore_patterns(".git")
    )
    git(folder, "init", "--quiet")
    git(folder, "add", "--all", "--force")
    return folder / "images/one"


def _below_committed(project: Path, folder: Path) -> Path:
    place = _below(project, folder)
    git(folder, "commit", "--quiet", "-m", "all")
    return place


def _below_cloned(project: Path, folder: Path) -> Path:
    _below_committed(project, folder.with_name("origin"))
    source = folder.with_name("origin")
    git(folder.parent, "clone", "-c", "core.autocrlf=true", f"file://{source}", str(folder))
    return folder / "images/one"


FORMS: Mapping[str, Callable[[Path, Path], Path]] = {
    "committed": committed,
    "clone": _clone(),
    "clone with autocrlf": _clone("-c", "core.autocrlf=true"),
    "clone with autocrlf=input": _clone("-c", "core.autocrlf=input"),
    "clone with eol=crlf": _clone("-c", "core.eol=crlf", "-c", "core.autocrlf=true"),
    "shallow clone": _clone("--depth=1"),
    "archive": _archive,
    "archive in git": _archive_in_git,
    "worktree": _worktree,
    "subdirectory": _below,
    "subdirectory, committed": _below_committed,
    "subdirectory, cloned with autocrlf": _below_cloned,
}
"""Each makes, of a project that git was told of, what somebody else has in a folder."""
