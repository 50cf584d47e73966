"""voidgen's Nix files parse, and its scripts are plain POSIX shell."""

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.integration.offline import NIX_CODE, PACKAGES, ROOT, Nix

NIX_FILES = sorted([*NIX_CODE.glob("**/*.nix"), *PACKAGES.glob("**/*.nix")])
SCRIPTS = sorted(
    [
        *NIX_CODE.glob("**/*.sh"),
        *PACKAGES.glob("*.sh"),
        *PACKAGES.glob("sources/*/bin/*"),
        *PACKAGES.glob("sources/*/lib/*.sh"),
    ]
)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("file", NIX_FILES, ids=name)
def test_nix_parses_each_file(nix: Nix, file: Path) -> None:
    nix.run("nix-instantiate", "--parse", file)


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_busybox_parses_each_script(script: Path) -> None:
    busybox = shutil.which("busybox")
    assert busybox
    subprocess.run([busybox, "ash", "-n", script], check=True)


def test_shellcheck_finds_nothing() -> None:
    assert len(SCRIPTS) > 15
    subprocess.run(["shellcheck", "--shell=sh", *SCRIPTS], check=True)
