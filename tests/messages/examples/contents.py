"""Warnings about what the files of an overlay are."""

from pathlib import Path

import pytest
from tests.unit.program import Ran, voidgen, write

CONFIG = '[image]\nname = "test"\n[overlay]\nmodules = ["mine"]\n'
FILES = "overlay-src/mine/files"


def _generated(folder: Path, files: dict[str, str]) -> Ran:
    write(folder, {"voidgen.toml": CONFIG, "overlay-src/mine/module.toml": 'summary = "Mine"\n'})
    write(folder, {f"{FILES}{path}": text for path, text in files.items()})
    return voidgen("--quiet", "generate", cwd=folder)


def refused_by_visudo(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    return _generated(folder, {"/etc/sudoers.d/x": "# x\nDefaults lecture=sometimes\n"})


def private_in_the_image_only(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    key = "[Interface]\nPrivateKey = " + 43 * "A" + "=\n"
    return _generated(folder, {"/etc/wireguard/wg0.conf": key, "/root/.netrc": "machine x\n"})
