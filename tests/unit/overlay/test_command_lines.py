"""The programs that command lines, service scripts and desktop entries run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voidgen.overlay import command_lines


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("", []),
        ("foot -e top", ["foot"]),
        ("/usr/bin/foot", ["/usr/bin/foot"]),
        ("dbus-run-session niri --session", ["dbus-run-session", "niri"]),
        ("dbus-run-session --config-file x -- niri", ["dbus-run-session", "niri"]),
        ("LANG=C exec env -i -u A B=c nice -n 5 foot", ["env", "nice", "foot"]),
        ("sh -c 'A=b exec foot --x; bar'", ["sh", "foot"]),
        ("sh -euc foot", ["sh", "foot"]),
        ("sh script.sh", ["sh"]),
        ("chpst -u _x -/ /var -P foot", ["chpst", "foot"]),
        ("chpst -uroot foot", ["chpst", "foot"]),
        ("systemd-cat -t x foot", ["systemd-cat", "foot"]),
        ("timeout -k 1 5 foot", ["timeout", "foot"]),
        ("foot && bar", ["foot"]),
        # What is no plain name could be anything.
        ("$TERMINAL -e", []),
        ("nice $TERMINAL", ["nice"]),
        ("env", ["env"]),
        ("echo x", []),
        ("'", []),
        ("sh -c '\"'", ["sh"]),
    ],
)
def test_a_line_runs_its_first_program_and_what_that_runs(line: str, found: list[str]) -> None:
    assert [*command_lines.of_line(line)] == found


def test_a_script_becomes_what_it_executes_in_any_case() -> None:
    script = b"""#!/bin/sh -e
# exec comment
exec 2>&1
exec >/dev/null
exec 3<> x
if test; then
\texec conditional
fi
exec chpst -u x \\
\tfoot --x 2>/dev/null
exec $prog
"""
    assert [*command_lines.of_script(script)] == [(9, "chpst"), (9, "foot")]
    assert [*command_lines.of_script(b"#!/usr/bin/env python3\nexec foot\n")] == []


def test_a_desktop_entry_runs_exec_and_looks_for_try_exec() -> None:
    entry = b'[Desktop Entry]\nTryExec=foot\nName=Exec\nExec = "/usr/bin/foot" %U\nExecX=y\n'
    assert [*command_lines.of_desktop_entry(entry)] == [(2, "foot"), (4, "/usr/bin/foot")]


@given(st.text(), st.binary())
def test_any_text_is_read(line: str, data: bytes) -> None:
    assert all(command_lines.of_line(line))
    assert all(name for _, name in command_lines.of_script(b"#!/bin/sh\nexec " + data))
    assert all(name for _, name in command_lines.of_desktop_entry(b"Exec=" + data))
