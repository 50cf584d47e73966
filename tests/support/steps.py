"""Whether a person is told what takes time."""

import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from voidgen.cli import watch
from voidgen.progress import NoProgress, Progress
from voidgen.system import starting


class Steps(NoProgress):
    """Watches all commands: how many steps are open, and what was started while none was."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.open = 0
        self.silent: list[str] = []
        patch.setattr(watch, "watcher", lambda **_: self)
        patch.setattr(watch, "late", self._late)
        started = starting.started

        def noted(argv: Sequence[str], *given: Any, **options: Any) -> Any:
            self._started(argv)
            return started(argv, *given, **options)

        patch.setattr(starting, "started", noted)

    @contextmanager
    def step(self, _: str) -> Iterator[None]:
        self.open += 1
        try:
            yield
        finally:
            self.open -= 1

    @contextmanager
    def transfer(self, _: str, __: int) -> Iterator[Callable[[int], None]]:
        with self.step(_):
            yield lambda _: None

    @contextmanager
    def stages(self, what: str) -> Iterator[Callable[[int, int, str], None]]:
        with self.step(what):
            yield lambda *_: None

    @contextmanager
    def _late(self, _: Progress, what: str) -> Iterator[None]:
        with self.step(what):
            yield

    def _started(self, argv: Sequence[str]) -> None:
        # These take no time.
        if not self.open and argv[0] != "git" and list(argv) != ["nix", "--version"]:
            self.silent.append(shlex.join(argv))
