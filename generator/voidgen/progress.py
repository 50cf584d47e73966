"""How far long work is, told to whoever watches: the command line, or nobody."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Progress(Protocol):
    """Somebody who watches."""

    def step(self, what: str) -> AbstractContextManager[None]:
        """Something that takes its time and has no measure, from entering to leaving."""

    def transfer(self, what: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
        """``total`` bytes to move; call what is entered with the count of each piece moved.

        A negative count takes back what has to be moved again.
        """

    def stages(self, what: str) -> AbstractContextManager[Callable[[int, int, str], None]]:
        """Work that tells how far it is: call what is entered with stage, of how many, name."""


class Nobody:
    """Nobody watches."""

    def step(self, _: str) -> AbstractContextManager[None]:
        """Tell nothing."""
        return nullcontext()

    def transfer(self, _: str, __: int) -> AbstractContextManager[Callable[[int], None]]:
        """Tell nothing."""
        return nullcontext(lambda _: None)

    def stages(self, _: str) -> AbstractContextManager[Callable[[int, int, str], None]]:
        """Tell nothing."""
        return nullcontext(lambda *_: None)
