import os
import pty
import re
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
import pytest

from voidgen.cli import watch
from voidgen.progress import NoProgress, Progress

STEERING = "a\x1b[31mb\nc\r\x07\x9b\u202e"
SPELLED = r"a\x1b[31mb\nc\r\x07\x9b\u202e"


class Screen:
    """A terminal that records what is written to it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._data = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        try:
            while data := os.read(self._descriptor, 4096):
                self._data += data
        except OSError:
            # What a terminal says when nobody has it open any more.
            return

    def text(self) -> str:
        """Return everything that was written, after the writer has closed it."""
        self._reader.join(30)
        assert not self._reader.is_alive()
        return self._data.decode()


@contextmanager
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Screen]:
    """Make standard error a terminal."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    ours, theirs = pty.openpty()
    attributes = termios.tcgetattr(theirs)
    attributes[1] &= ~termios.OPOST
    termios.tcsetattr(theirs, termios.TCSANOW, attributes)
    screen = Screen(ours)
    with monkeypatch.context() as patch, os.fdopen(theirs, "w", encoding="utf-8") as stream:
        patch.setattr(sys, "stderr", stream)
        yield screen
    screen.text()
    os.close(ours)


def plain(text: str) -> str:
    """Return ``text`` without escape sequences."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


def test_the_watcher_depends_on_quiet_and_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(watch.watcher(quiet=False), watch.Lines)
    assert isinstance(watch.watcher(quiet=True), NoProgress)
    with terminal(monkeypatch):
        assert isinstance(watch.watcher(quiet=False), watch.Terminal)
        assert isinstance(watch.watcher(quiet=True), NoProgress)


def work(watcher: Progress, total: int, *counts: int) -> None:
    with watcher.step("a step"):
        pass
    with watcher.transfer("a transfer", total) as moved:
        for count in counts:
            moved(count)


def test_quiet_shows_no_progress(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    work(watch.watcher(quiet=True), 100, 60, -60, 100)
    assert capsys.readouterr() == ("", "")
    with terminal(monkeypatch) as screen:
        work(watch.watcher(quiet=True), 100, 60, -60, 100)
    assert screen.text() == ""


@pytest.mark.parametrize(
    ("total", "counts", "told"),
    [
        (100, [], []),
        (100, [24], []),
        (100, [25], ["25.0 B"]),
        (100, [24, 1, 1, 24, 50], ["25.0 B", "50.0 B", "100.0 B"]),
        (100, [100], ["100.0 B"]),
        (4 << 20, [1 << 20] * 4, ["1.0 MiB", "2.0 MiB", "3.0 MiB", "4.0 MiB"]),
        # What has to be moved again is told once.
        (100, [60, -60, 30, 30, 40], ["60 B", "100 B"]),
        (100, [60, -20, 20, -60, 59], ["60 B"]),
        (100, [0, 0], []),
        (0, [], []),
        (0, [5], []),
        (3, [1, 1, 1], ["1 B", "2 B", "3 B"]),
    ],
)
def test_lines_of_a_transfer(
    total: int, counts: list[int], told: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with watch.Lines().transfer("fetching", total) as moved:
        begin = capsys.readouterr().err
        for count in counts:
            moved(count)
    out, err = capsys.readouterr()
    shown = begin.removeprefix("fetching: ").removesuffix(" ...\n")
    # Nothing whose size is known: none is told.
    assert begin == (f"fetching: {shown} ...\n" if total else "fetching ...\n")
    expected = [one.replace(".0 B", " B") for one in told]
    assert err.splitlines() == [f"  {one} of {shown}" for one in expected]
    assert out == ""


def test_lines_never_go_back(capsys: pytest.CaptureFixture[str]) -> None:
    with watch.Lines().transfer("fetching", 800) as moved:
        for _ in range(20):
            moved(300)
            moved(-300)
        for _ in range(8):
            moved(100)
    counts = [
        int(count) for count in re.findall(r"^  (\d+) B of", capsys.readouterr().err, re.MULTILINE)
    ]
    assert counts == [300, 400, 600, 800]


def test_lines_of_a_step(capsys: pytest.CaptureFixture[str]) -> None:
    with watch.Lines().step("locking"):
        assert capsys.readouterr() == ("", "locking ...\n")
    assert capsys.readouterr() == ("", "")


def test_control_characters_in_names_are_escaped_in_lines(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with watch.Lines().step(STEERING), watch.Lines().transfer(STEERING, 5):
        pass
    first, second = capsys.readouterr().err.splitlines()
    assert first == f"{SPELLED} ..."
    assert second == f"{SPELLED}: 5 B ..."


@pytest.mark.parametrize("watcher", [watch.Lines(), watch.Terminal(), NoProgress()])
def test_exceptions_pass_through_progress(
    watcher: Progress, capsys: pytest.CaptureFixture[str]
) -> None:
    for enter in (lambda: watcher.step("x"), lambda: watcher.transfer("x", 5)):
        with pytest.raises(ValueError, match="of the work"), enter():
            raise ValueError("of the work")
    assert capsys.readouterr().out == ""


def test_a_step_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal(monkeypatch) as screen, watch.watcher(quiet=False).step("locking [red]x[/]"):
        pass
    text = screen.text()
    assert "locking [red]x[/]" in plain(text), "no markup of rich"
    assert re.search(r"\d:\d\d:\d\d", plain(text)), "a clock"
    assert text.rstrip().endswith(("\x1b[2K", "\x1b[?25h")), "it goes when it is done"


def test_steps_within_steps_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal(monkeypatch) as screen:
        watcher = watch.watcher(quiet=False)
        with watcher.step("outer"):
            with watcher.transfer("inner", 10) as moved, watcher.stages("inmost") as reached:
                moved(5)
                reached(1, 2, "first")
            click.echo("between", err=True)
        with watcher.step("after"):
            pass
    text = plain(screen.text())
    order = ("outer", "inner", "first", "inner", "outer", "between", "outer", "after")
    place = 0
    for name in order:
        place = text.index(name, place) + 1
    assert text.count("between") == 1


def counted(text: str) -> list[int]:
    """Return the bytes that a progress bar shows, in order."""
    return [int(count) for count in re.findall(r"(-?\d+)/100 bytes", plain(text))]


@pytest.mark.parametrize(
    ("counts", "last"), [([], 0), ([60], 60), ([60, -60], 0), ([60, -60, 100], 100), ([0], 0)]
)
def test_a_transfer_at_a_terminal(
    counts: list[int], last: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        terminal(monkeypatch) as screen,
        watch.watcher(quiet=False).transfer("fetching", 100) as on,
    ):
        for count in counts:
            on(count)
    text = screen.text()
    assert "fetching" in text
    shown = counted(text)
    assert shown[-1] == last
    assert min(shown) >= 0


def test_a_transfer_of_nothing_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal(monkeypatch) as screen:
        work(watch.watcher(quiet=False), 0)
        work(watch.watcher(quiet=False), 0, 7)
    assert "0/0 bytes" in plain(screen.text())


def test_control_characters_in_names_are_escaped_at_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def step() -> None:
        with watch.watcher(quiet=False).step(STEERING):
            pass

    def transfer() -> None:
        with watch.watcher(quiet=False).transfer(STEERING, 5):
            pass

    both: list[Callable[[], None]] = [step, transfer]
    for show in both:
        with terminal(monkeypatch) as screen:
            show()
        text = screen.text()
        assert SPELLED in plain(text)
        for sign in ("\x1b[31mb", "\x07", "\x9b", "\u202e"):
            assert sign not in text
