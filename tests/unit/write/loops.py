"""Loop devices for tests."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def attached(file: Path) -> Iterator[str]:
    """Yield a loop device of ``file``; skip the test if this machine makes none."""
    argv = ["losetup", "--find", "--show", str(file)]
    try:
        made = subprocess.run(argv, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("loop devices: need root and losetup")
    device = made.stdout.strip()
    yield device
    subprocess.run(["losetup", "--detach", device], check=True)
