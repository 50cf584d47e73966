"""What git would do to a project's files."""

import os
import subprocess
from pathlib import Path

import pytest
from tests.unit.program import Ran, voidgen, write

from voidgen import git, project
from voidgen.errors import WrongInputError
from voidgen.repository import finding, survey

CONFIG = '[image]\nname = "test"\n[overlay]\nmodules = ["mine"]\n'
FILES = "overlay-src/mine/files"
KEYS = "keys/60:ae:0c:d6:f0:95:17:80:bc:93:46:7a:89:af:a3:2d.plist"


def _generated(folder: Path, files: dict[str, str], config: str = "") -> Ran:
    whole = {
        "voidgen.toml": CONFIG + config,
        "overlay-src/mine/module.toml": 'summary = "Mine"\n',
        f"{FILES}/etc/x": "x\n",
    }
    write(folder, whole | files)
    return voidgen("--quiet", "generate", cwd=folder)


def _git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def _other(folder: Path) -> None:
    """A repository in a folder of the project."""
    _git(folder, "init", "--quiet")
    _git(folder, "add", "--all")
    who = ("-c", "user.name=t", "-c", "user.email=t")
    _git(folder, *who, "commit", "--quiet", "-m", "all")


def changed_by_an_attribute(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    return _generated(folder, {".gitattributes": "* -text\n*.toml ident\n"})


def line_ends(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    return _generated(folder, {".gitattributes": "*.png diff=exif\n"})


def left_out_by_an_overlay(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    return _generated(folder, {f"{FILES}/etc/.gitattributes": "x export-ignore\n"})


def changed_by_another_folder(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    return _generated(folder, {"overlay-src/.gitattributes": "x filter=lfs\n"})


def changed_by_the_repository(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    return _generated(folder, {".git/info/attributes": "x working-tree-encoding=UTF-16\n"})


def changed_when_it_is_emitted(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    return _generated(folder, {"image/include/etc/.gitattributes": "x text eol=crlf\n"})


def project_left_out(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    write(folder, {".gitattributes": "/sub/ export-ignore\n"})
    return _generated(folder / "sub", {})


def ignored(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    files = {".gitignore": "*.bak\n", f"{FILES}/etc/x.bak": "", f"{FILES}/etc/a.log": ""}
    return _generated(folder, {**files, f"{FILES}/.gitignore": "*.log\n"})


def ignores_outside(folder: Path, _: pytest.MonkeyPatch) -> None:
    git.ignored(folder, ["../x"])


def not_known_to_git(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    config = '[nix]\nnixpkgs = "./set/one"\n[flake]\nextra = "extra.nix"\n'
    return _generated(folder, {"set/one/default.nix": "", "extra.nix": ""}, config)


def known_in_part(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    write(folder, {"set/one/default.nix": ""})
    _git(folder, "add", "set")
    files = {"set/lib.nix": "", KEYS: ""}
    return _generated(folder, files, f'[nix]\nnixpkgs = "./set/one"\n[xbps]\nkeys = ["{KEYS}"]\n')


def not_added_yet(folder: Path, _: pytest.MonkeyPatch) -> None:
    assert _generated(folder, {}).status == 0
    found = survey.sources(project.load(folder))
    raise WrongInputError(*finding.faults(found, "new"))


def a_repository_of_its_own(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    write(folder, {f"{FILES}/etc/x": "x\n", "overlay-src/mine/module.toml": 'summary = "Mine"\n'})
    _other(folder / "overlay-src/mine")
    return _generated(folder, {})


def a_package_set_of_its_own(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    write(folder, {"set/default.nix": ""})
    _other(folder / "set")
    return _generated(folder, {}, '[nix]\nnixpkgs = "./set"\n')


def a_submodule_in_an_overlay(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    write(folder, {f"{FILES}/etc/x": "x\n"})
    _other(folder / FILES)
    _git(folder, "add", FILES)
    os.rename(folder / FILES / ".git", folder.parent / "elsewhere")  # noqa: PTH104
    return _generated(folder, {})


def a_link_that_became_a_file(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    link = folder / FILES / "etc/link"
    write(folder, {f"{FILES}/etc/x": "x\n"})
    link.symlink_to("x")
    _git(folder, "add", FILES)
    link.unlink()
    return _generated(folder, {f"{FILES}/etc/link": "x"})


def a_submodule_with_packages(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    write(folder, {"set/default.nix": ""})
    _other(folder / "set")
    _git(folder, "add", "set")
    os.rename(folder / "set/.git", folder.parent / "elsewhere")  # noqa: PTH104
    return _generated(folder, {}, '[nix]\nnixpkgs = "./set"\n')


def links_out_of_the_project(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    write(folder.parent, {"elsewhere/default.nix": ""})
    (folder / "set").symlink_to("../elsewhere")
    return _generated(folder, {}, '[nix]\nnixpkgs = "./set"\n')


def what_an_image_does_not_have(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    before = os.umask(0o022)
    names = ("private", "program", "special")
    write(folder, {f"{FILES}/etc/{name}": name for name in names})
    for name, mode in zip(names, (0o600, 0o755, 0o4755), strict=True):
        (folder / FILES / "etc" / name).chmod(mode)
    write(folder, {f"{FILES}/etc/one": "1\n"})
    os.link(folder / FILES / "etc/one", folder / FILES / "etc/two")
    (folder / FILES / "var/empty").mkdir(parents=True)
    try:
        return _generated(folder, {})
    finally:
        os.umask(before)
