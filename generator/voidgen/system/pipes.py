"""Writing and reading a program's pipes, without waiting for the processes that it leaves behind.

Popen.communicate waits as long as any process holds a pipe, and keeps output of any length.
"""

from __future__ import annotations

import math
import os
import selectors
import threading
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from typing import IO

    OnStderr = Callable[[bytes], bytes]
    Process = subprocess.Popen[bytes]

GRACE = 10
"""Seconds in which the pipes of a program that ended are still read, if a child holds them."""


def exchange(
    process: Process, stdin: bytes, on_stderr: OnStderr | None, timeout: float | None, largest: int
) -> tuple[bytes, bytes]:
    """Return what ``process`` prints to stdout, and what ``on_stderr`` returns of its stderr.

    Kills it after ``timeout`` seconds and then raises subprocess.TimeoutExpired. Also kills it once
    it has printed more than ``largest`` bytes to either.
    """
    for_input, for_output, for_messages = process.stdin, process.stdout, process.stderr
    assert for_input and for_output and for_messages  # noqa: S101, PT018 - for the type checker
    out, err = bytearray(), bytearray()
    work: tuple[Callable[[], None], ...] = (
        partial(_write, for_input, stdin),
        partial(_read, for_output, out, process, None, largest),
        partial(_read, for_messages, err, process, on_stderr, largest),
    )
    threads = [threading.Thread(target=one, daemon=True) for one in work]
    try:
        for thread in threads:
            thread.start()
        process.wait(timeout)
    finally:
        # Also after an interrupt.
        process.kill()
        process.wait()
    until = time.monotonic() + GRACE
    for thread in threads:
        thread.join(max(0, until - time.monotonic()))
    return bytes(out), bytes(err)


def _write(stream: IO[bytes], data: bytes) -> None:
    rest = memoryview(data)
    # A program need not read its whole input.
    with suppress(BrokenPipeError), stream:
        while rest:
            rest = rest[os.write(stream.fileno(), rest) :]


def _read(
    stream: IO[bytes], kept: bytearray, process: Process, on_stderr: OnStderr | None, largest: int
) -> None:
    with stream:
        while piece := os.read(stream.fileno(), 1 << 16):
            kept += on_stderr(piece) if on_stderr else piece
            if len(kept) > largest:
                process.kill()
                return


def pieces(process: Process) -> Iterator[bytes]:
    """Yield what ``process`` prints as it comes, until the output is closed or `GRACE` is over."""
    assert process.stdout is not None  # noqa: S101 - for the type checker
    output, until = process.stdout.fileno(), math.inf
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        while time.monotonic() < until:
            if process.poll() is not None:
                until = min(until, time.monotonic() + GRACE)
            if selector.select(GRACE):
                piece = os.read(output, 1 << 16)
                if not piece:
                    return
                yield piece
