"""The machine that `voidgen doctor` checks: its files, and its programs with a time limit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import StepFailedError
from voidgen.system import distribution, environment
from voidgen.system.process import run

if TYPE_CHECKING:
    from collections.abc import Sequence

ENDED = 124
"""Exit status of a program that reached the time limit, as timeout(1) has it."""


@frozen
class Answer:
    """A program's result; ``status`` is None if it cannot be started."""

    status: int | None
    out: str = ""
    err: str = ""

    @property
    def last(self) -> str:
        """Return the last line that the program printed, or else its exit status."""
        lines = (self.err or self.out).strip().splitlines()
        return lines[-1].strip() if lines else f"exit status {self.status}"


@frozen
class Host:
    """A machine: ``root`` is its root folder, ``seconds`` the time limit of each program."""

    root: Path = Path("/")
    seconds: float = 10.0

    def read(self, path: str) -> str:
        """Return a file's text; empty if it cannot be read."""
        try:
            return (self.root / path.lstrip("/")).read_text(errors="replace").strip()
        except OSError:
            return ""

    def ask(self, argv: Sequence[str], **env: str) -> Answer:
        """Run a program, and end it if it takes too long; ``env`` replaces variables."""
        given = {**environment.of(argv[0]), **env} if env else None
        try:
            done = run(argv, cwd=Path("/"), env=given, check=False, timeout=self.seconds)
        except TimeoutError:
            return Answer(ENDED, err=f"no answer in {self.seconds:g} seconds")
        except StepFailedError as error:
            missing = "No such file" in error.what
            return Answer(None, err="not installed" if missing else error.what)
        out, err = (text.decode(errors="replace") for text in (done.stdout, done.stderr))
        return Answer(done.status, out, err)

    def family(self) -> str:
        """Return the machine's family (`distribution.FAMILIES`); "" if it is not known."""
        return distribution.family(self.root)
