"""Modules and what lies in their folders; most of it is in tests/broken."""

import os
from pathlib import Path

import pytest
from tests.unit.program import Ran, voidgen, write

CONFIG = '[image]\nname = "test"\n[overlay]\nmodules = ["mine"]\n'
MODULE = "overlay-src/mine/module.toml"
FILES = "overlay-src/mine/files"


def _generated(folder: Path, module: str = "", config: str = "") -> Ran:
    files = {"voidgen.toml": CONFIG + config, MODULE: f'summary = "Mine"\n{module}'}
    write(folder, {name: text for name, text in files.items() if not (folder / name).exists()})
    return voidgen("generate", cwd=folder)


def file_of_git(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    write(folder, {f"{FILES}/etc/skel/.git": ""})
    return _generated(folder)


def fifo(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    write(folder, {f"{FILES}/etc/x": ""})
    os.mkfifo(folder / FILES / "etc/fifo")
    return _generated(folder)


def name_not_utf_8(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    write(folder, {f"{FILES}/etc/x": ""})
    os.rename(folder / FILES / "etc/x", os.fsencode(folder / FILES / "etc") + b"/\xff")  # noqa: PTH104
    return _generated(folder)


THEME = '[options.theme]\ntype = "string"\ndefault = "A"\nhelp = "A"\nnames = "/usr/share/@"\n'


def nothing_has_the_default(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    return _generated(folder, THEME)


def nothing_has_the_value(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    return _generated(folder, THEME, '[overlay.options.mine]\ntheme = "B"\n')


def nothing_to_compile(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    return _generated(folder, '[dconf]\n"/etc/dconf/db/site" = "/etc/dconf/db/site.d"\n')


def project_is_no_file(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    os.mkfifo(folder / "voidgen.toml")
    return _generated(folder)


def project_is_huge(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    with (folder / "voidgen.toml").open("wb") as stream:
        stream.truncate(1 << 31)
    return _generated(folder)
