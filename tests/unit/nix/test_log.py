"""Nix's log while it runs, in the forms of Nix 2.8 and 2.34."""

import json
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voidgen.nix import log
from voidgen.progress import NoProgress

LOW, TOP = "/nix/store/9azw2p7pf8fvyn7k6mgi260l7pdgp3v3-low.drv", "/nix/store/57f-top.drv"
STARTED: list[dict[str, Any]] = [
    {"action": "start", "id": 2, "level": 0, "text": "", "type": 104},
    {"action": "start", "id": 3, "level": 0, "text": "", "type": 103},
    {"action": "msg", "level": 3, "msg": "these 1120 derivations will be built:"},
    {"action": "msg", "level": 3, "msg": f"  {TOP}"},
    {"action": "result", "id": 2, "type": 105, "fields": [4, 1120, 0, 0]},
    {"action": "result", "id": 3, "type": 105, "fields": [1, 9, 0, 0]},
    {"action": "start", "id": 4, "type": 100, "level": 3, "fields": ["/nix/store/abc-zlib-1.3"]},
    {"action": "start", "id": 5, "type": 105, "level": 3, "fields": [LOW, "", 1, 1]},
    *({"action": "result", "id": 5, "type": 101, "fields": [f"line {n}"]} for n in range(60)),
]
FAILED = {
    "2.8": (
        f"\x1b[31;1merror:\x1b[0m builder for '\x1b[35;1m{LOW}\x1b[0m' failed with exit code 3",
        f"\x1b[31;1merror:\x1b[0m 1 dependencies of derivation '{TOP}' failed to build",
    ),
    "2.34": (
        f"error: Cannot build '{LOW}'.\n       Reason: builder failed with exit code 3.",
        f"error: Cannot build '{TOP}'.\n       Reason: 1 dependency failed.",
    ),
}


def lines(events: Iterable[dict[str, Any]]) -> bytes:
    return b"".join(b"@nix " + json.dumps(event).encode() + b"\n" for event in events)


class Told(NoProgress):
    def __init__(self) -> None:
        self.reached: list[tuple[int, int, str]] = []

    def stages(self, _: str) -> AbstractContextManager[Callable[[int, int, str], None]]:
        return nullcontext(lambda *reached: self.reached.append(reached))


def read(data: bytes, size: int = 7) -> tuple[str, list[tuple[int, int, str]]]:
    told = Told()
    with log.watched(told) as heard:
        pieces = [data[start : start + size] for start in range(0, len(data), size)]
        return b"".join(map(heard, pieces)).decode(), told.reached


@pytest.mark.parametrize("release", FAILED)
def test_a_failed_build_is_shown_with_the_end_of_its_log(release: str) -> None:
    errors = ({"action": "msg", "level": 0, "msg": text} for text in FAILED[release])
    text, reached = read(lines([*STARTED, *errors]))
    assert text.startswith("error: ")
    assert "\x1b" not in text
    assert "1120" not in text
    assert TOP not in text
    assert text.splitlines()[-log.LOG_LINES :] == [f"       > line {n}" for n in range(35, 60)]
    assert reached == [(6, 1129, "fetching zlib-1.3"), (6, 1129, "building low")]


def test_lines_that_are_not_events_are_kept() -> None:
    data = b"fatal: unable to connect to host\n" + lines(STARTED) + b"@nix {\n@nix [1]\n"
    assert read(data)[0] == "fatal: unable to connect to host\n@nix {\n"


def test_a_last_line_without_a_newline_is_kept() -> None:
    assert read(lines(STARTED) + b"killed by a signal", 1)[0] == "killed by a signal"


def test_nothing_is_shown_without_builds() -> None:
    assert read(lines(STARTED[:6])) == ("", [])


VALUES = st.sampled_from(["start", "result", "msg", 0, 100, 101, 103, 104, 105, [], [1, 2], None])
EVENTS = st.dictionaries(
    st.sampled_from(["action", "id", "type", "level", "fields", "msg"]), VALUES
)


@given(st.lists(EVENTS, max_size=8))
def test_any_events_are_read(events: list[dict[str, Any]]) -> None:
    read(lines(events), 1000)
    transfer([], events, 1000)


def transfer(moved: list[int], events: Iterable[dict[str, Any]], piece: int = 40) -> bytes:
    """Pass ``events`` on in pieces of this size; what a person has to read of them."""
    read, data = log.transferred(moved.append), lines(events)
    return b"".join(read(data[at : at + piece]) for at in range(0, len(data), piece))


def attempt(key: int, *counts: int) -> list[dict[str, Any]]:
    """One attempt to fetch a file, in which so many bytes had come at each time."""
    started = {"action": "start", "id": key, "level": 4, "text": "", "type": 101, "fields": ["u"]}
    results = ({"action": "result", "id": key, "type": 105, "fields": [n, 9, 0, 0]} for n in counts)
    return [started, *results, {"action": "stop", "id": key}]


@pytest.mark.parametrize("piece", [1, 40, 10_000])
def test_bytes_of_a_file_are_counted_as_they_come(piece: int) -> None:
    moved: list[int] = []
    assert transfer(moved, attempt(1, 0, 4, 4, 9), piece) == b""
    assert moved == [0, 4, 0, 5]


def test_bytes_of_an_attempt_that_failed_are_taken_back() -> None:
    moved: list[int] = []
    failed = {"action": "msg", "level": 0, "msg": "\x1b[31;1merror:\x1b[0m no more"}
    said = transfer(moved, [*attempt(1, 4), *attempt(2, 2, 9), failed])
    assert said == b"error: no more\n"
    assert moved == [4, -2, 7]
    assert sum(moved) == 9


def test_progress_of_other_activities_is_not_counted() -> None:
    moved: list[int] = []
    transfer(moved, STARTED)
    assert moved == []
