"""The machine that is looked at: its files, and its programs in bounded time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import StepFailedError
from voidgen.system.process import run

if TYPE_CHECKING:
    from collections.abc import Sequence

FAMILIES = ("debian", "void", "arch", "fedora", "nixos")
"""Distributions that remedies are known for, by their ID (os-release(5))."""
ENDED = 124
"""Exit status of what had to be ended, as timeout(1) has it."""


@frozen
class Said:
    """What a program came to; ``status`` None where it cannot be started."""

    status: int | None
    out: str = ""
    err: str = ""

    @property
    def last(self) -> str:
        """The last line that it said, for a person."""
        lines = (self.err or self.out).strip().splitlines()
        return lines[-1].strip() if lines else f"exit status {self.status}"


@frozen
class Host:
    """A machine: ``root`` is its root folder, ``seconds`` what each program may take."""

    root: Path = Path("/")
    seconds: float = 10.0

    def read(self, path: str) -> str:
        """A file's text; empty where it cannot be read."""
        try:
            return (self.root / path.lstrip("/")).read_text(errors="replace").strip()
        except OSError:
            return ""

    def ask(self, argv: Sequence[str]) -> Said:
        """Run a program; one that takes too long is ended."""
        try:
            done = run(argv, cwd=Path("/"), check=False, timeout=self.seconds)
        except TimeoutError:
            return Said(ENDED, err=f"no answer in {self.seconds:g} seconds")
        except StepFailedError as error:
            missing = "No such file" in error.what
            return Said(None, err="not installed" if missing else error.what)
        out, err = (text.decode(errors="replace") for text in (done.stdout, done.stderr))
        return Said(done.status, out, err)

    def family(self) -> str:
        """Which of `FAMILIES` this is, or is like; empty where that is not known."""
        text = self.read("/etc/os-release") or self.read("/usr/lib/os-release")
        pairs = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
        words = f"{pairs.get('ID', '')} {pairs.get('ID_LIKE', '')}".replace('"', " ").split()
        return next((word.strip("'") for word in words if word.strip("'") in FAMILIES), "")
