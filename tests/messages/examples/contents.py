"""Warnings about what the files of an overlay are."""

import subprocess
from pathlib import Path

import pytest
from tests.unit.program import Ran, voidgen, write

CONFIG = '[image]\nname = "test"\n[overlay]\nmodules = ["mine"]\n'
FILES = "overlay-src/mine/files"


def _generated(folder: Path, files: dict[str, str], config: str = "") -> Ran:
    write(
        folder,
        {"voidgen.toml": CONFIG + config, "overlay-src/mine/module.toml": 'summary = "Mine"\n'},
    )
    write(folder, {f"{FILES}{path}": text for path, text in files.items()})
    return voidgen("--quiet", "generate", cwd=folder)


def refused_by_visudo(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    return _generated(folder, {"/etc/sudoers.d/x": "# x\nDefaults lecture=sometimes\n"})


def private_in_the_image_only(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    key = "[Interface]\nPrivateKey = " + 43 * "A" + "=\n"
    return _generated(folder, {"/etc/wireguard/wg0.conf": key, "/root/.netrc": "machine x\n"})


def _with_submodule(folder: Path, place: str) -> None:
    """A submodule at ``place``, as it is before it is checked out."""
    index = f"160000,{40 * 'a'},{place}"
    argv = ["git", "update-index", "--add", "--cacheinfo", index]
    subprocess.run(argv, cwd=folder, check=True)
    (folder / place).mkdir(parents=True)


def submodule_that_is_not_checked_out(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    _with_submodule(folder, f"{FILES}/opt/tool")
    return _generated(folder, {"/etc/x": "x\n"})


def submodule_with_files(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    _with_submodule(folder, f"{FILES}/opt/tool")
    return _generated(folder, {"/opt/tool/.git": "gitdir: ../../x\n", "/opt/tool/a": "x\n"})


def module_that_is_a_submodule(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    _with_submodule(folder, "overlay-src/other")
    return _generated(folder, {"/etc/x": "x\n"})


def repository_in_an_overlay(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    place = folder / FILES / "opt"
    place.mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet"], cwd=place, check=True)
    return _generated(folder, {"/etc/x": "x\n"})


def extra_in_a_submodule(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    _with_submodule(folder, "nix")
    write(folder, {"nix/extra.nix": "{ ... }: { }\n"})
    return _generated(folder, {"/etc/x": "x\n"}, '[flake]\nextra = "nix/extra.nix"\n')


def extra_in_a_submodule_that_is_not_checked_out(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    _with_submodule(folder, "nix")
    return _generated(folder, {"/etc/x": "x\n"}, '[flake]\nextra = "nix/extra.nix"\n')


def imported_and_unknown_to_git(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    write(folder, {"nix/extra.nix": "import ./part.nix\n", "nix/part.nix": "{ ... }: { }\n"})
    subprocess.run(["git", "add", "nix/extra.nix"], cwd=folder, check=True)
    return _generated(folder, {"/etc/x": "x\n"}, '[flake]\nextra = "nix/extra.nix"\n')
