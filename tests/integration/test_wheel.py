"""The wheel, in its own environment, as `pipx install` and `uv tool install` make one."""

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from tests.integration.offline import ROOT, Nix
from tests.support.program import found

from tools import manual
from voidgen import __version__

MACHINE = dict(os.environ)
"""With this user's settings of pip, before a test has a home of its own."""


QUIET = ("--quiet", "--disable-pip-version-check")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    words: tuple[str | Path, ...] = (*QUIET, "--no-deps", "-w", folder, ROOT)
    subprocess.run([sys.executable, "-m", "pip", "wheel", *words], env=MACHINE, check=True)
    (made,) = folder.iterdir()
    return made


def test_the_wheel_has_all_files_of_the_checkout(wheel: Path) -> None:
    assert wheel.name.startswith(f"voidgen-{__version__}-")
    with zipfile.ZipFile(wheel) as archive:
        names = {*archive.namelist()}
    ours = {name for name, data in found(ROOT / "generator/voidgen").items() if data is not None}
    assert {f"voidgen/{name}" for name in ours if "__pycache__" not in name} - names == set()
    pages = {name.rpartition("/")[2] for name in names if "/share/man/man1/" in name}
    assert pages >= {*manual.pages()}


def test_the_wheels_metadata_names_the_licences_of_its_files(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (about,) = [name for name in names if name.endswith(".dist-info/METADATA")]
        metadata = archive.read(about).decode()
    texts = {Path(name).stem for name in names if "/licenses/LICENSES/" in name}
    assert texts
    assert f"License-Expression: {' AND '.join(['MIT', *sorted(texts)])}\n" in metadata


@pytest.mark.slow
def test_the_wheel_works_with_only_its_requirements(
    wheel: Path, empty_nix: Nix, tmp_path: Path
) -> None:
    def run(*words: str | Path, cwd: Path = tmp_path) -> str:
        done = subprocess.run(words, cwd=cwd, env=env, check=False, capture_output=True, text=True)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    env = MACHINE
    venv.create(tmp_path / "venv", with_pip=True, symlinks=True)
    run(tmp_path / "venv/bin/python", "-m", "pip", "install", *QUIET, wheel)

    env = {**empty_nix.env, "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    program = tmp_path / "venv/bin/voidgen"
    assert run(program, "--version") == f"voidgen {__version__}\n"
    assert "init" in run(program, "--help")
    busybox = env.get("VOIDGEN_BUSYBOX") or shutil.which("busybox")
    assert busybox
    source = f"github:me/voidgen/{'0' * 40}"
    words = ("--offline", "--busybox", busybox, "--ci", "github", "--voidgen", source)
    run(program, "init", *words, "image")
    run(program, "generate", cwd=tmp_path / "image")
    run("nix", "build", cwd=tmp_path / "image")
    assert "greet" in run(program, "show", "--built", cwd=tmp_path / "image")
    run(program, "diff", "HEAD", "--save", tmp_path / "saved", cwd=commit(tmp_path / "image"))
    page = run(program, "diff", tmp_path / "saved", ".", "--format", "html", cwd=tmp_path / "image")
    assert page.startswith("<!DOCTYPE html>")
    for preset in ("cinnamon", "xfce", "console"):
        run(program, "init", "--preset", preset, preset)
        run(program, "generate", cwd=tmp_path / preset)
    pages = tmp_path / "venv/share/man/man1"
    assert {file.name for file in pages.iterdir()} >= {*manual.pages()}


def commit(folder: Path) -> Path:
    git = ("git", "-c", "user.name=x", "-c", "user.email=x@x.invalid")
    for words in (["add", "--all"], ["commit", "--quiet", "-m", "x"]):
        subprocess.run([*git, *words], cwd=folder, check=True)
    return folder
