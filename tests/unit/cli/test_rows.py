import os
import pty
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from voidgen.cli import outcome_table, rows
from voidgen.outcome.types import Outcome

LONG = "voidgen: the service 'x' has no provider: run `voidgen remove service x`, or add a package"


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        (LONG, None, [LONG]),
        (LONG, 200, [LONG]),
        (
            LONG,
            50,
            [
                "voidgen: the service 'x' has no provider: run",
                "  `voidgen remove service x`, or add a package",
            ],
        ),
        # A command or a path stays whole, even if it does not fit.
        (
            "see /a/very/long/path/of/a/file or (`a long command`, then) more",
            24,
            ["see", "  /a/very/long/path/of/a/file", "  or (`a long command`,",
             "  then) more"],
        ),
        # Blanks within a line stay as they are; characters can be two columns wide.
        ("ok  a   b 漢字漢字漢字漢字 c d e f g", 24,
         ["ok  a   b", "  漢字漢字漢字漢字 c d e", "  f g"]),
        ("an ` that has no end is like any other sign here", 24,
         ["an ` that has no end is", "  like any other sign", "  here"]),
        # Lines of a few letters would be hard to read.
        (LONG, 15, [LONG]),
    ],
)  # fmt: skip
def test_a_message_fits_the_terminal(text: str, columns: int | None, lines: list[str]) -> None:
    assert rows.wrap(text, columns, 2).split("\n") == lines


def _in_a_terminal(code: str, *, columns: int) -> list[str]:
    """Run ``code`` in Python in a terminal, and return the lines that it prints."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, columns))
    env = {**os.environ, "TERM": "dumb"}
    env.pop("COLUMNS", None)
    ran = subprocess.Popen(
        [sys.executable, "-c", code], stdin=theirs, stdout=theirs, stderr=theirs, env=env
    )
    os.close(theirs)
    said = b""
    try:
        while data := os.read(ours, 4096):
            said += data
    except OSError:
        pass  # What a terminal says when nobody has it open any more.
    os.close(ours)
    assert ran.wait(60) == 0, said
    return said.decode().splitlines()


def test_messages_and_outcomes_fit_80_columns() -> None:
    code = """
from pathlib import Path
from voidgen.cli import outcome_table
from voidgen.cli.report import note, report, say, warn
from voidgen.errors import Fault
from voidgen.outcome.types import Outcome
words = " ".join(["word"] * 40)
say(words)
note(words)
warn(Fault(words, Path("voidgen.toml"), remedy=words))
report([Fault(words)])
outcome_table.show([Outcome("a check", "failed", words, words), Outcome("b", "passed", "yes")])
"""
    said = _in_a_terminal(code, columns=80)
    remedies = [line for line in said if len(line) > 80]
    # The remedies are commands: nothing breaks them.
    assert [line.split() for line in remedies] == [["word"] * 40] * 2
    hanging = [line for line in said if line.startswith("             word")]
    assert len(hanging) == 3
    assert said[0].startswith("voidgen: word")
    assert said[1].startswith("  word")


def test_elsewhere_each_message_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    words = " ".join(["word"] * 40)
    outcome_table.show([Outcome("a check", "failed", words)])
    assert f"no  a check  {words}\n" in capsys.readouterr().out


def test_the_width_is_that_of_the_stream(tmp_path: Path) -> None:
    with (tmp_path / "x").open("w") as file:
        assert rows.width(file) is None
