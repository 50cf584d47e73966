"""Standard output and standard error that are closed, full, or that nobody reads any more."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from typing import Any

from voidgen.cli.report import say


class _File(io.FileIO):
    """A standard stream that remembers why it could not be written."""

    failure: OSError | None = None

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            self.failure = error
            raise


class Streams:
    """Standard output and standard error while a command runs.

    Files that voidgen opens do not take the number of a closed stream. What is written to a closed
    standard output fails as it does for other programs; messages to a closed standard error are
    lost.
    """

    def __init__(self) -> None:
        for number, mode in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
            try:
                os.fstat(number)
            except OSError:
                os.open(os.devnull, mode)
        self._files: list[_File] = []
        # A program that calls voidgen may have put another stream there.
        if sys.stdout is sys.__stdout__:
            sys.stdout = self._text(1, by_line=False)
        if sys.stderr is sys.__stderr__:
            sys.stderr = self._text(2, by_line=True)
        for stream in (sys.stdout, sys.stderr):
            # The locale may have no form of a file name; that must not end in a traceback.
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]

    def _text(self, number: int, *, by_line: bool) -> io.TextIOWrapper:
        self._files.append(file := _File(number, "w", closefd=False))
        return io.TextIOWrapper(io.BufferedWriter(file), line_buffering=by_line or file.isatty())

    def finish(self, status: int) -> int:
        """Return ``status``, but 1 with a message if the output could not be written.

        If nobody reads it any more, end voidgen by SIGPIPE, as other programs end.
        """
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except OSError:
                # Python would write it once more at its end.
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        failures = [file.failure for file in self._files if file.failure]
        self._files.clear()
        if not failures:
            return status
        if any(one.errno == errno.EPIPE for one in failures):
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            signal.raise_signal(signal.SIGPIPE)
        say(f"the output cannot be written: {failures[0].strerror}", "write it somewhere else")
        return 1
