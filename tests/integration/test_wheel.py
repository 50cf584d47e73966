"""The wheel, in an environment of its own, as `pipx install` and `uv tool install` make one."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from tests.integration.offline import ROOT, Nix
from tests.support.program import found

from tools import manual
from voidgen import __version__

MACHINE = dict(os.environ)
"""With this user's settings of pip, before a test has a home of its own."""


def test_an_installed_voidgen_has_all_its_files(empty_nix: Nix, tmp_path: Path) -> None:
    def run(*words: str | Path, cwd: Path = tmp_path) -> str:
        done = subprocess.run(words, cwd=cwd, env=env, check=False, capture_output=True, text=True)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    env = MACHINE
    quiet = ("--quiet", "--disable-pip-version-check")
    run(sys.executable, "-m", "pip", "wheel", *quiet, "--no-deps", "-w", tmp_path / "wheel", ROOT)
    (wheel,) = (tmp_path / "wheel").iterdir()
    assert wheel.name.startswith(f"voidgen-{__version__}-")

    venv.create(tmp_path / "venv", with_pip=True, symlinks=True)
    run(tmp_path / "venv/bin/python", "-m", "pip", "install", *quiet, wheel)

    env = {**empty_nix.env, "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    program = tmp_path / "venv/bin/voidgen"
    assert run(program, "--version") == f"voidgen {__version__}\n"
    assert "init" in run(program, "--help")
    busybox = env.get("VOIDGEN_BUSYBOX") or shutil.which("busybox")
    assert busybox
    run(program, "init", "--offline", "--busybox", busybox, "--ci", "github", "image")
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
    # What the wheel carries is what the checkout has.
    lib = next((tmp_path / "venv/lib").glob("python*/site-packages/voidgen"))
    ours = {name for name, data in found(ROOT / "generator/voidgen").items() if data is not None}
    installed = {name for name, data in found(lib).items() if data is not None}
    assert {name for name in ours - installed if "__pycache__" not in name} == set()
    (about,) = lib.parent.glob("voidgen-*.dist-info")
    texts = {file.stem for file in (about / "licenses/LICENSES").iterdir()}
    metadata = (about / "METADATA").read_text()
    assert f"License-Expression: {' AND '.join(['MIT', *sorted(texts)])}\n" in metadata


def commit(folder: Path) -> Path:
    git = ("git", "-c", "user.name=x", "-c", "user.email=x@x.invalid")
    for words in (["add", "--all"], ["commit", "--quiet", "-m", "x"]):
        subprocess.run([*git, *words], cwd=folder, check=True)
    return folder
