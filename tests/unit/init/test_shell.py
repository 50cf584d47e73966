"""Reading shell scripts gives the same values as bash, and runs nothing."""

import json
import subprocess
from pathlib import Path

import pytest

from voidgen.init import shell

SCRIPTS = [
    "A=b",
    "A=",
    'A="b c"  # d',
    "A='b \"c\" $D `e`'",
    r"A=b\ c\"d",
    'A="b \\"c\\" \\$d \\\\ \\`e\\` \\n"',
    "A=b'c d'\"e f\"g",
    'A=1\nB=$A\nC=${A}2\nD="x $A  ${B} y"',
    'A=${NONE:-b}\nC="${A:-d} ${NONE-e}"',
    "A=(b c)\n",
    "A=(\n  b   # of b\n  # all\n  'c d'\n  \"e $X\"\n)\n".replace("$X", "f"),
    'B="c d"\nA=(a $B "$B" e)',
    'A="b \\\n  c"',
    'A="b\n c\n"',
    'A="b"\nA+=" c"',
    "A=(b)\nA+=(c d)",
    "export A=b",
    "declare -r A=b C='d e'",
    "readonly A=b; C=d",
    "A=1 B=2",
    'A="é ü \N{SNOWMAN}"',
    "A=b\nA=c",
    'A=" b  $NONE2 "'.replace("$NONE2", "x"),
]


@pytest.mark.parametrize("script", SCRIPTS)
def test_variables_have_the_same_values_as_in_bash(script: str) -> None:
    found, unread = shell.read(script)
    assert unread == []
    assert found
    for one in found:
        array = f'"${{{one.name}[@]}}"'
        # These scripts only set variables, so bash may run them.
        done = subprocess.run(
            ["bash", "-c", f"{script}\nprintf '%s\\0' {array}"],
            check=True, capture_output=True, text=True, env={},
        )  # fmt: skip
        expected = done.stdout.split("\0")[:-1]
        assert list((one.value,) if isinstance(one.value, str) else one.value) == expected


@pytest.mark.parametrize(
    "script",
    [
        "A=$(touch ran)", "A=`touch ran`", "touch ran", "A=(b $(touch ran))", "A=$B", 'A="$B"',
        "A=${B:?touch}", "A=${B//x/y}", "A=$((1 + 1))", "A[0]=b", "A=$'b'", "f() { touch ran; }",
        "if true; then A=b; fi", "A=b touch ran", "A=<(touch ran)", "A=${B:-$(touch ran)}",
        "source x", "A=(", "A='b", "unset A",
    ],
)  # fmt: skip
def test_lines_that_would_have_to_run_are_listed(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found, unread = shell.read(f"# one\n{script}\n")
    assert found == []
    assert unread[0].line == 2
    assert list(tmp_path.iterdir()) == []


def test_lines_and_use() -> None:
    found, unread = shell.read("#!/bin/sh\n\nA=1\nB=2$A\nx y\n")
    assert [(one.name, one.line, one.used) for one in found] == [("A", 3, True), ("B", 4, False)]
    assert [(one.text, one.line) for one in unread] == [("x y", 5)]
    assert json.dumps([one.value for one in found]) == '["1", "21"]'
