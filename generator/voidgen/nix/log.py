"""Reading Nix's log of a build: ``--log-format internal-json`` (libutil's logging.cc).

Each line is ``@nix`` and an object: an activity that starts or stops, a result of one, a message.
"""

from __future__ import annotations

import re
from collections import deque
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from voidgen.system import untrusted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from voidgen.progress import Progress

OPTIONS = ("--log-format", "internal-json")
LOG_LINES = 25
"""Number of lines to show of a failed build's log."""
_MARK = b"@nix "
_COPY, _DOWNLOAD, _COPIES, _BUILDS, _BUILD = 100, 101, 103, 104, 105
"""Types of activities: of one store path, file or derivation, and of all."""
_LINES, _PROGRESS = (101, 107), 105
"""Types of results: a line of a build's log, and progress."""
_ERROR, _WARNING = 0, 1
"""Levels of messages."""
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_FOLLOWS = re.compile(r"\d+ dependenc(?:y|ies) (?:failed|of derivation)|some dependencies")
"""Found in messages about derivations that failed only because another one did."""


@contextmanager
def watched(progress: Progress) -> Iterator[Callable[[bytes], bytes]]:
    """Yield a filter for the pieces of Nix's stderr; it returns what a person must read.

    It keeps errors, warnings and lines of other formats, and adds the end of the log of the
    derivation that failed. ``progress`` shows what is built and fetched.
    """
    with ExitStack() as shown:
        yield _Log(progress, shown).read


def transferred(moved: Callable[[int], None]) -> Callable[[bytes], bytes]:
    """Return a filter as `watched` gives, for a program that fetches one file.

    ``moved`` gets the bytes as they come; a negative number if Nix begins anew.
    """
    return _Transfer(moved).read


class _Events:
    """Nix's stderr, line by line."""

    def __init__(self) -> None:
        self._rest = b""

    def read(self, piece: bytes) -> bytes:
        """Return what a person must read of the next piece."""
        *lines, rest = (self._rest + piece).split(b"\n")
        # Text of another format is passed on at once: it may end without a newline.
        held = rest.startswith(_MARK) or _MARK.startswith(rest)
        self._rest = rest if held else b""
        return b"".join(map(self._line, lines)) + (b"" if held else rest)

    def _line(self, line: bytes) -> bytes:
        if not line.startswith(_MARK):
            return line + b"\n"
        try:
            event: object = untrusted.parse_json(line.removeprefix(_MARK))
        except ValueError:
            return line + b"\n"
        match event:
            case {"action": "msg", "level": int(level), "msg": str(message)} if level in {
                _ERROR,
                _WARNING,
            }:
                return self._error(_COLOURS.sub("", message)).encode()
        self._read_event(event)
        return b""

    def _read_event(self, event: object) -> None:
        raise NotImplementedError

    def _error(self, message: str) -> str:
        return f"{message}\n"


class _Transfer(_Events):
    """The bytes of one file, of which each attempt is an activity."""

    def __init__(self, moved: Callable[[int], None]) -> None:
        super().__init__()
        self._moved = moved
        self._downloads: set[int] = set()
        self._count = 0

    def _read_event(self, event: object) -> None:
        match event:
            case {"action": "start", "id": int(key), "type": kind} if kind == _DOWNLOAD:
                self._downloads.add(key)
            case {"action": "result", "type": kind, "id": int(key), "fields": [int(count), *_]} if (
                kind == _PROGRESS and key in self._downloads
            ):
                self._moved(count - self._count)
                self._count = count


class _Log(_Events):
    """What is known of a running build."""

    def __init__(self, progress: Progress, shown: ExitStack) -> None:
        super().__init__()
        self._progress = progress
        self._shown = shown
        self._reached: Callable[[int, int, str], None] | None = None
        self._derivations: dict[int, str] = {}
        self._logs: dict[str, deque[str]] = {}
        self._totals: dict[int, tuple[int, int]] = {}
        self._failed = False
        self._fetched = ""

    def _read_event(self, event: object) -> None:
        match event:
            case {"action": "start", "id": int(key), "type": int(kind)} if kind in {
                _BUILDS,
                _COPIES,
            }:
                self._totals[key] = (0, 0)
            case {"action": "start", "id": int(key), "type": int(kind), "fields": [str(path), *_]}:
                self._started(key, kind, path)
            case {"action": "result", "type": kind, "id": int(key), "fields": [str(line)]} if (
                kind in _LINES and key in self._derivations
            ):
                self._logs[self._derivations[key]].append(line)
            case {
                "action": "result", "type": kind, "id": int(key),
                "fields": [int(done), int(total), *_],
            } if kind == _PROGRESS and key in self._totals:  # fmt: skip
                self._totals[key] = (done, total)

    def _started(self, key: int, kind: int, path: str) -> None:
        if kind not in {_BUILD, _COPY}:
            return
        name = path.rpartition("/")[2].partition("-")[2]
        if kind == _BUILD:
            self._derivations[key] = path
            self._logs[path] = deque(maxlen=LOG_LINES)
            self._show(f"building {name.removesuffix('.drv')}")
        else:
            self._fetched = path
            self._show(f"fetching {name}")

    def _show(self, what: str) -> None:
        if self._reached is None:
            self._reached = self._shown.enter_context(
                self._progress.stages("building and fetching")
            )
        done = sum(done for done, _ in self._totals.values())
        total = sum(total for _, total in self._totals.values())
        self._reached(done + 1, max(total, done + 1), what)

    def _error(self, message: str) -> str:
        if self._failed and _FOLLOWS.search(message):
            return ""
        failed = next((path for path in self._logs if path in message), "")
        if not failed and "compressed data" in message and self._fetched:
            # Nix does not say which path; it is the last one that it began to fetch.
            return f"{message}\n       in {self._fetched}\n"
        if not failed or _FOLLOWS.search(message):
            return f"{message}\n"
        self._failed = True
        if "log line" in message:
            return f"{message}\n"
        lines = "".join(f"       > {line}\n" for line in self._logs[failed])
        return f"{message}\n       the end of its log:\n{lines}" if lines else f"{message}\n"
