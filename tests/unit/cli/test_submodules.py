"""Submodules and repositories in a project, and files that its Nix files name."""

import subprocess
from pathlib import Path

import pytest
from tests.support.program import Ran, voidgen, write

from voidgen.repository import nix_imports

FILES = "overlay-src/mine/files"
KEY = "60:ae:0c:d6:f0:95:17:80:bc:93:46:7a:89:af:a3:2d.plist"


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=x", "-c", "user.email=x@y", "-c", "protocol.file.allow=always")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A repository with a module, a package set and a key."""
    folder = tmp_path / "other"
    files = {"module.toml": 'summary = "x"\n', "files/etc/y": "y\n", f"keys/{KEY}": "x\n"}
    write(folder, files | {"default.nix": "{ ... }: { }\n", "a": "a\n"})
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=x")
    return folder


def generated(folder: Path, config: str = "") -> Ran:
    text = '[image]\nname = "x"\n[overlay]\nmodules = ["mine"]\n'
    write(
        folder, {"voidgen.toml": text + config, "overlay-src/mine/module.toml": 'summary = "x"\n'}
    )
    return voidgen("--quiet", "generate", cwd=folder)


def add(folder: Path, other: Path, place: str) -> None:
    git(folder, "submodule", "--quiet", "add", str(other), place)


def test_a_submodule_below_files(repository: Path, other: Path) -> None:
    place = f"{FILES}/opt/tool"
    add(repository, other, place)
    ran = generated(repository)
    assert ran.status == 2
    assert ran.err.startswith(f"{place}: is a submodule: git records its commit")
    git(repository, "submodule", "deinit", "--force", "--all")
    ran = generated(repository)
    assert ran.status == 2
    assert ran.err.startswith(f"{place}: is a submodule that is not checked out")


def test_the_remedy_for_a_submodule_works(repository: Path, other: Path) -> None:
    add(repository, other, f"{FILES}/opt/tool")
    commands = generated(repository).err.split("`")[1]
    subprocess.run(["sh", "-c", commands], cwd=repository, check=True)
    ran = generated(repository)
    assert (ran.status, ran.err) == (0, "")
    assert (repository / "image/include/opt/tool/a").exists()


def test_the_remedy_for_a_nested_repository_works(repository: Path, other: Path) -> None:
    git(repository, "clone", "--quiet", str(other), f"{FILES}/opt")
    ran = generated(repository)
    assert ran.status == 2
    assert ran.err.startswith(f"{FILES}/opt: is a separate git repository")
    subprocess.run(["rm", "-r", f"{FILES}/opt/.git"], cwd=repository, check=True)
    git(repository, "add", f"{FILES}/opt")
    assert generated(repository).err == ""


def test_a_module_as_a_submodule(repository: Path, other: Path) -> None:
    add(repository, other, "overlay-src/other")
    assert generated(repository).err == "", "it is no part of the image"
    text = '[image]\nname = "x"\n[overlay]\nmodules = ["other"]\n'
    write(repository, {"voidgen.toml": text})
    ran = voidgen("--quiet", "generate", cwd=repository)
    assert ran.status == 0
    assert ran.err.startswith(
        "warning: overlay-src/other: is a submodule: a clone has its files only"
    )
    git(repository, "submodule", "deinit", "--force", "--all")
    ran = voidgen("--quiet", "generate", cwd=repository)
    assert ran.status == 2
    assert "git submodule update --init overlay-src/other" in ran.err


@pytest.mark.parametrize(
    ("config", "status", "said"),
    [
        ('[nix]\nnixpkgs = "./sub"\n', 2, "sub: is a submodule: Nix sees an empty folder here"),
        ('[flake]\nextra = "sub/default.nix"\n', 2, "sub: is a submodule: Nix sees an empty"),
        (f'[xbps]\nkeys = ["sub/keys/{KEY}"]\n', 0, "warning: sub: is a submodule: a clone has"),
        ("", 0, ""),
    ],
)
def test_files_of_a_submodule_that_voidgen_toml_names_are_reported(
    repository: Path, other: Path, config: str, status: int, said: str
) -> None:
    add(repository, other, "sub")
    ran = generated(repository, config)
    assert ran.status == status
    assert ran.err.startswith(said)
    assert bool(ran.err) == bool(said)
    if config:
        git(repository, "submodule", "deinit", "--force", "--all")
        ran = generated(repository, config)
        assert ran.status == 2
        assert "sub is empty: if it is a submodule" in ran.err


@pytest.mark.parametrize(
    "config", ['[nix]\nnixpkgs = "./x"\n', '[flake]\nextra = "x/default.nix"\n']
)
@pytest.mark.parametrize("is_ignored", [False, True])
def test_files_that_nix_files_import_must_be_in_git(
    repository: Path, config: str, is_ignored: bool
) -> None:
    write(repository, {"x/default.nix": "{ ... }: import ../lib/a.nix\n", "lib/a.nix": "./b.txt\n"})
    write(repository, {"lib/b.txt": "", "lib/other.nix": "", ".gitignore": "lib\n" * is_ignored})
    git(repository, "add", "x")
    ran = generated(repository, config)
    assert ran.status == 0
    said = [line for line in ran.err.splitlines() if not line.startswith(" ")]
    assert [line.split(": ")[1] for line in said] == ["lib/a.nix", "lib/b.txt"]
    git(repository, "add", "--force", "lib/a.nix", "lib/b.txt")
    assert generated(repository, config).err == ""


def test_imported_finds_the_paths_in_nix_files(tmp_path: Path) -> None:
    text = """
    # import ./comment.nix
    /* ./block.nix
       ./block.nix */
    { a = import ./a.nix; b = [ ./b/c.txt ../top.nix ./folder ]; e = "${./quoted.txt}";
      d = "x ./string"; f = ./. + "/computed"; g = <nixpkgs/./x>; h = ../../outside.nix;
      i = ./missing.nix; j = x/./k; }
    """
    names = (
        "comment.nix",
        "block.nix",
        "a.nix",
        "b/c.txt",
        "folder/default.nix",
        "quoted.txt",
        "x",
    )
    write(tmp_path, {f"nix/{name}": "" for name in names} | {"top.nix": "./nix/default.nix"})
    write(tmp_path, {"nix/default.nix": text})
    expected = ("nix/a.nix", "nix/b/c.txt", "nix/folder/default.nix", "nix/quoted.txt", "top.nix")
    assert nix_imports.imported(tmp_path, ["nix/default.nix"]) == expected


def test_unreadable_nix_files_import_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    assert nix_imports.imported(tmp_path, ["missing.nix", "folder"]) == ()


def test_nix_files_that_import_each_other_are_read_once(tmp_path: Path) -> None:
    write(tmp_path, {"a.nix": "./b.nix", "b.nix": "./a.nix"})
    assert nix_imports.imported(tmp_path, ["a.nix"]) == ("b.nix",)
