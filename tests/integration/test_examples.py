"""The examples in each command's help run in the offline example."""

import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest
from tests.integration.offline import Nix
from tests.support.program import voidgen, write
from tests.support.steps import Steps

from voidgen.cli import LazyGroup, cli
from voidgen.cli.examples import EXAMPLES

WITH_A_NETWORK = {
    "search",
    "lock",
    "update",
    "iso",
    "fetch",
    "prefetch",
    "push",
    "boot",
    "write",
    "check",
    "verify",
}
"""These lock packages of Void and use them, or ask a store: tests of their own run them."""
LINES = [(name, line) for name, lines in EXAMPLES.items() for line in lines]


def words(line: str) -> list[str]:
    program, *rest = shlex.split(line.partition(" > ")[0].replace("COMMIT", "0" * 40))
    assert program == "voidgen"
    return rest


def test_each_command_has_examples() -> None:
    assert EXAMPLES.keys() == {*LazyGroup.COMMANDS}


@pytest.mark.parametrize(("name", "line"), LINES, ids=[line for _, line in LINES])
def test_help_shows_each_example_and_it_parses(name: str, line: str) -> None:
    shown = voidgen(name, "--help", cwd=Path("/")).out
    assert f"    {line}\n" in shown
    first, *rest = words(line)
    assert first == name
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    command.make_context(name, rest)


def test_the_examples_run(example: Path, empty_nix: Nix, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Steps(monkeypatch)
    write(example, {"config/install.conf": "KEYMAP=de\n"})
    default = example / "packages/2026.10/default.nix"
    of_two = 'set.notebook // { outputs = [ "out" "dev" ]; dev = set.notebook.man; }'
    names = f"firefox = set.greet; openssl = {of_two};"
    default.write_text(f"args: let set = ({default.read_text()}) args; in set // {{ {names} }}\n")
    git = ("git", "-c", "user.name=x", "-c", "user.email=x@x.invalid")
    for argv in (["add", "--all"], ["commit", "-qm", "x"], ["commit", "-qm", "y", "--allow-empty"]):
        subprocess.run([*git, *argv], cwd=example, check=True)
    empty_nix.run("nix", "build", "--out-link", example / "result", example)
    for name, line in LINES:
        if name in WITH_A_NETWORK:
            continue
        ran = voidgen(*words(line), cwd=example)
        # A check may fail, because this machine may lack something.
        allowed = (0, 1) if name == "doctor" or "--check" in line else (0,)
        assert ran.status in allowed, (line, ran.err)
        assert not re.search("internal error|Traceback", ran.err), line
        assert steps.silent == [], line
