"""The one place where programs are started."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import StepFailedError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PACKAGES = {"git": "git", "nix": "nix", "nix-instantiate": "nix"}
"""Programs and the packages that carry them."""


@frozen
class Completed:
    """What a program left."""

    status: int
    stdout: bytes
    stderr: bytes


def run(argv: Sequence[str], *, cwd: Path, stdin: bytes = b"", check: bool = True) -> Completed:
    """Run ``argv`` in ``cwd``, without a shell, its messages in English.

    Raises StepFailedError where it cannot be started and, with ``check``, where it fails.
    """
    try:
        done = subprocess.run(
            argv,
            cwd=cwd,
            input=stdin,
            capture_output=True,
            check=False,
            env=os.environ | {"LC_ALL": "C"},
        )
    except OSError as error:
        package = PACKAGES.get(argv[0], argv[0])
        what = f"{argv[0]}: cannot be started: {error.strerror}"
        raise StepFailedError(what, f"install the package {package}") from None
    completed = Completed(done.returncode, done.stdout, done.stderr)
    if check and completed.status:
        output = completed.stderr.decode(errors="replace").strip()
        raise StepFailedError(
            f"{' '.join(argv[:3])}: failed ({_ending(done.returncode)})", output=output
        )
    return completed


def _ending(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"
