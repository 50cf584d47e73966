"""voidgen as a program whose standard output or error is closed, full, or read by nobody."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SHOWN = {
    "version": ["--version"],
    "help": ["diff", "--help"],
    "click": ["completion", "bash"],
    "json": ["show", "--json"],
    "rich": ["show"],
    "large": ["graph", "--format", "svg"],
}
ONE_OF_EACH = Path(__file__).parents[3] / "examples/offline"
UNWRITTEN = "voidgen: the output cannot be written: {}\n  write it somewhere else\n"

shown = pytest.mark.parametrize("words", SHOWN.values(), ids=SHOWN)


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "voidgen", "-C", str(ONE_OF_EACH), *words]


@shown
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_reported(words: list[str], unbuffered: str) -> None:
    env = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            command(*words), stdout=full, stderr=subprocess.PIPE, text=True, env=env, check=False
        )
    assert (ran.returncode, ran.stderr) == (1, UNWRITTEN.format("No space left on device"))


@shown
def test_a_reader_that_ended_ends_it_as_other_programs(words: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ran = subprocess.run(
        command(*words), stdout=writer, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writer)
    assert (ran.returncode, ran.stderr) == (-signal.SIGPIPE, "")


@pytest.mark.parametrize(
    ("closed", "words", "status", "said"),
    [
        ("<&-", ["--version"], 0, ""),
        (">&-", ["--version"], 1, UNWRITTEN.format("Bad file descriptor")),
        (">&-", ["show", "--json"], 1, UNWRITTEN.format("Bad file descriptor")),
        ("2>&-", ["--version"], 0, ""),
        ("2>&-", ["nothing"], 2, ""),
        ("2>/dev/full", ["nothing"], 1, ""),
    ],
)
def test_closed_streams(closed: str, words: list[str], status: int, said: str) -> None:
    argv = ["sh", "-c", f'exec "$@" {closed}', "sh", *command(*words)]
    ran = subprocess.run(
        argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (status, said)
