"""Run `voidgen iso`, and assert what it leaves behind."""

import json
import subprocess
import time
from pathlib import Path

from tests.iso.podman import Podman
from tests.locks.project import message
from tests.support.program import voidgen

PATIENCE = 300
"""Seconds after which something hangs, on the slowest machine."""
KINDS = ("iso", "iso.sha256", "cdx.json", "manifest.json")


def failed(folder: Path, *words: str, status: int = 1) -> str:
    """Run `voidgen iso`, which must fail, and return its message."""
    ran = voidgen("iso", *words, cwd=folder)
    assert ran.status == status, f"{ran.out}{ran.err}"
    said = [line for line in ran.err.splitlines(keepends=True) if not is_progress_or_note(line)]
    assert message(type(ran)(ran.status, ran.out, "".join(said))) == "".join(said)
    return "".join(said)


def is_progress_or_note(line: str) -> bool:
    """Return whether a line is progress or a note, and not an error."""
    starts = (
        "  [",
        "collision: ",
        "damaged: ",
        "keymap: ",
        "space: about ",
        "overlay: ",
        "remove-files: ",
        "removing ",
    )
    return line.endswith(" ...\n") or line.startswith(starts)


def well(folder: Path, *words: str) -> str:
    """Run `voidgen iso`, which must succeed, and return its output and messages."""
    ran = voidgen("iso", *words, cwd=folder)
    assert ran.status == 0, ran.err
    return ran.out + ran.err


def is_made(folder: Path) -> bool:
    """Return whether the ISO exists, undamaged and with all its files."""
    out = folder / "out"
    if not all((out / f"tests.{kind}").is_file() for kind in KINDS):
        return False
    manifest = json.loads((out / "tests.manifest.json").read_bytes())
    done = subprocess.run(
        ["sha256sum", "--check", "tests.iso.sha256"], cwd=out, capture_output=True, check=False
    )
    return bool(
        done.returncode == 0 and manifest["iso"]["size"] == (out / "tests.iso").stat().st_size
    )


def nothing_left(folder: Path, engine: Podman, *, made: bool = False) -> None:
    """Assert that a run left nothing (container, volume, mount, file) but a ``made`` ISO."""
    out = folder / "out"
    assert engine.left(folder) == []
    work = out / ".work"
    names = {path.name for path in work.iterdir()} if work.exists() else set()
    assert names - {"home", "out", "tests.inputs.json"} == set()
    assert not (work / "out").exists() or list((work / "out").iterdir()) == []
    if made:
        assert is_made(folder)
    else:
        assert not any((out / f"tests.{kind}").exists() for kind in KINDS)
    assert str(folder) not in Path("/proc/self/mountinfo").read_text()
    loops = Path("/sys/block").glob("loop*/loop/backing_file")
    assert not [file for file in loops if "mklive-build" in file.read_text()]
    # Other tests run containers at the same time. A volume belongs to no container until that
    # is made, so only volumes that stay so were left behind.
    left, until = volumes(engine), time.monotonic() + PATIENCE
    while left:
        assert time.monotonic() < until, left
        time.sleep(0.2)
        left &= volumes(engine)


def volumes(engine: Podman) -> set[str]:
    """Return the volumes that belong to no container."""
    return {*engine.run("volume", "ls", "-q", "--filter", "dangling=true").split()}


def others(folder: Path, uid: int, gid: int) -> list[Path]:
    """Return the paths in a folder that belong to another user or group."""
    found = [(path, path.lstat()) for path in (folder, *folder.rglob("*"))]
    return [path for path, status in found if (status.st_uid, status.st_gid) != (uid, gid)]
