"""The interface by which long work reports its progress; the command line shows it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Progress(Protocol):
    """Receives reports of progress."""

    def step(self, what: str) -> AbstractContextManager[None]:
        """Report work without a measure, from entering the context to leaving it."""

    def late(self, what: str) -> AbstractContextManager[None]:
        """Report a step only if it takes long, for work that mostly takes no time."""

    def transfer(self, what: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
        """Report a transfer of ``total`` bytes; the context gives a function.

        Call that with the bytes of each piece moved; a negative number takes back bytes that have
        to be moved again.
        """

    def stages(self, what: str) -> AbstractContextManager[Callable[[int, int, str], None]]:
        """Report work of several stages; the context gives a function.

        Call that at each stage with its number, the number of stages and its name.
        """


class NoProgress:
    """Ignores all reports."""

    def step(self, _: str) -> AbstractContextManager[None]:
        """Ignore it."""
        return nullcontext()

    def late(self, _: str) -> AbstractContextManager[None]:
        """Ignore it."""
        return nullcontext()

    def transfer(self, _: str, __: int) -> AbstractContextManager[Callable[[int], None]]:
        """Ignore it."""
        return nullcontext(lambda _: None)

    def stages(self, _: str) -> AbstractContextManager[Callable[[int, int, str], None]]:
        """Ignore it."""
        return nullcontext(lambda *_: None)


class Named:
    """Passes reports on with a name before them: of the image that the work is for."""

    def __init__(self, name: str, progress: Progress) -> None:
        self._before = f"{name}: "
        self._progress = progress

    def step(self, what: str) -> AbstractContextManager[None]:
        """Pass it on."""
        return self._progress.step(self._before + what)

    def late(self, what: str) -> AbstractContextManager[None]:
        """Pass it on."""
        return self._progress.late(self._before + what)

    def transfer(self, what: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
        """Pass it on."""
        return self._progress.transfer(self._before + what, total)

    def stages(self, what: str) -> AbstractContextManager[Callable[[int, int, str], None]]:
        """Pass it on."""
        return self._progress.stages(self._before + what)


def of_image(name: str, progress: Progress) -> Progress:
    """Return ``progress`` for work on the variant ``name``; "" is the project's own image."""
    return Named(name, progress) if name else progress
