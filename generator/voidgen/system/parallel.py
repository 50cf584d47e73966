"""Doing the same work for many items at once, in threads that nobody waits for after a failure."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
R = TypeVar("R")


def each(work: Callable[[T], R], items: Sequence[T], at_once: int) -> list[R]:
    """Return the results of ``work`` for ``items``, in their order; raise the first exception.

    Unlike an executor, it then does not wait for its threads, nor does the interpreter at its end:
    a silent server would hold them until the timeout.
    """
    futures: list[Future[R]] = [Future() for _ in items]
    left = deque(zip(items, futures, strict=True))

    def worker() -> None:
        with suppress(IndexError):
            while True:
                item, future = left.popleft()
                try:
                    future.set_result(work(item))
                except BaseException as error:  # noqa: BLE001 - raised where it is waited for
                    future.set_exception(error)

    for _ in range(min(at_once, len(items))):
        Thread(target=worker, daemon=True).start()
    try:
        return [future.result() for future in futures]
    finally:
        left.clear()
