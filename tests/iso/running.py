"""`voidgen iso` that fails, and what it must not leave."""

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
    """Run it, which must fail: its one message."""
    ran = voidgen("iso", *words, cwd=folder)
    assert ran.status == status, f"{ran.out}{ran.err}"
    said = [line for line in ran.err.splitlines(keepends=True) if not is_told(line)]
    assert message(type(ran)(ran.status, ran.out, "".join(said))) == "".join(said)
    return "".join(said)


def is_told(line: str) -> bool:
    """Whether a line only tells how far the work is, or what a person may want to know."""
    starts = (
        "  [",
        "collision: ",
        "damaged: ",
        "keymap: ",
        "space: about ",
        "overlay: ",
        "removing ",
    )
    return line.endswith(" ...\n") or line.startswith(starts)


def well(folder: Path, *words: str) -> str:
    """Run it, which must succeed: what it says."""
    ran = voidgen("iso", *words, cwd=folder)
    assert ran.status == 0, ran.err
    return ran.out + ran.err


def is_made(folder: Path) -> bool:
    """Whether the ISO is there, whole, with all that belongs to it."""
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
    """No container, volume, mount or loop device, no file of a run; an ISO only where ``made``."""
    out = folder / "out"
    assert engine.left(folder) == []
    work = out / ".work"
    assert not work.exists() or sorted(path.name for path in work.iterdir()) in (
        ["home", "out"],
        ["out"],
    )
    assert not (work / "out").exists() or list((work / "out").iterdir()) == []
    if made:
        assert is_made(folder)
    else:
        assert not any((out / f"tests.{kind}").exists() for kind in KINDS)
    assert str(folder) not in Path("/proc/self/mountinfo").read_text()
    loops = Path("/sys/block").glob("loop*/loop/backing_file")
    assert not [file for file in loops if "mklive-build" in file.read_text()]
    # Other tests make containers at the same time. A volume is nobody's until its container is
    # made, so only one that stays nobody's was left.
    left, until = volumes(engine), time.monotonic() + PATIENCE
    while left:
        assert time.monotonic() < until, left
        time.sleep(0.2)
        left &= volumes(engine)


def volumes(engine: Podman) -> set[str]:
    """The volumes that no container has."""
    return {*engine.run("volume", "ls", "-q", "--filter", "dangling=true").split()}


def others(folder: Path, uid: int, gid: int) -> list[Path]:
    """What in a folder belongs to somebody else."""
    found = [(path, path.lstat()) for path in (folder, *folder.rglob("*"))]
    return [path for path, status in found if (status.st_uid, status.st_gid) != (uid, gid)]
