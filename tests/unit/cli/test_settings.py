"""The options of all commands: the same before a command's name and after it."""

import json
import os
import re
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pexpect
import pytest
from tests.support.program import Ran, found, voidgen, write
from tests.unit.cli.test_watch import plain, terminal

from voidgen import emit
from voidgen.cli import LazyGroup, cli, watch
from voidgen.cli.settings import SHARED
from voidgen.lock import voidgen_lock as lock_file
from voidgen.lock.types import Lock
from voidgen.progress import NoProgress
from voidgen.system import process

if TYPE_CHECKING:
    from collections.abc import Callable

CONFIG = '[image]\nname = "test"\n'


@pytest.fixture
def project(repository: Path) -> Path:
    write(repository, {"voidgen.toml": CONFIG})
    return repository


def everywhere(option: str, *words: str, cwd: Path) -> Ran:
    """Run a command with an option before and after its name, and assert the same output."""
    before, after = voidgen(option, *words, cwd=cwd), voidgen(*words, option, cwd=cwd)
    assert before == after
    return before


@pytest.mark.parametrize("name", LazyGroup.COMMANDS)
def test_each_command_has_the_shared_options(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.params[-len(SHARED) :] == [*SHARED]
    own = {word for one in command.params[: -len(SHARED)] for word in one.opts}
    assert own.isdisjoint(word for one in SHARED for word in one.opts)
    told, shared = voidgen(name, "--help", cwd=Path("/")).out.split("Options of all commands:\n")
    for one in SHARED:
        assert one.opts[-1] not in re.findall(r"^ +(?:-\w, )?(--[\w-]+)", told, re.MULTILINE)
        assert one.opts[-1] in shared


def test_project(project: Path, tmp_path: Path) -> None:
    ran = everywhere("--project=project", "show", cwd=tmp_path)
    assert (ran.status, ran.err) == (0, "")
    assert "test" in ran.out
    # The option after the command wins.
    assert voidgen("-C", "nowhere", "show", "-C", str(project), cwd=tmp_path) == ran


def test_quiet(project: Path) -> None:
    assert everywhere("--quiet", "generate", "--check", cwd=project) == Ran(1, "", "")
    assert voidgen("generate", "-q", cwd=project) == Ran(0, "", "")
    assert voidgen("-q", "add", "xbps", "jq", "--dry-run", cwd=project).err.count("\n") <= 1


@pytest.mark.parametrize("options", [["-v"], ["--verbose"], ["-v", "--debug"]])
def test_verbose_shows_programs_and_written_files(options: list[str], project: Path) -> None:
    ran = voidgen("generate", *options, cwd=project)
    assert ran.status == 0
    lines = ran.err.splitlines()
    assert all(re.match(r"\[ *\d+\.\d s\] ", line) for line in lines)
    told = [line.partition("] ")[2] for line in lines]
    assert told[0] == "git rev-parse --is-inside-work-tree"
    assert f"wrote {project}/flake.nix" in told
    assert told.index(f"wrote {project}/image/emitted.json") > told.index(told[0])
    # How each ends is of no interest to most.
    assert ("git: exit status 0" in told) == ("--debug" in options)
    # Whatever is told, the result is the same.
    assert voidgen("generate", *options, cwd=project).out == voidgen("generate", cwd=project).out


def test_verbose_does_not_affect_the_next_run(project: Path) -> None:
    assert voidgen("generate", "-v", cwd=project).err
    assert voidgen("generate", cwd=project).err == ""


def test_verbose_hides_passwords_and_control_characters(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*_: object) -> None:
        process.run(["true", "https://me:secret@h/\x1b[31m", "a b"], cwd=tmp_path)

    monkeypatch.setattr("voidgen.project.load", run)
    ran = voidgen("generate", "-v", cwd=project)
    assert "true 'https://h/\\x1b[31m' 'a b'\n" in ran.err


def test_quiet_and_verbose(project: Path) -> None:
    for words in (["-q", "show", "-v"], ["show", "--verbose", "-q"], ["-v", "-q", "show"]):
        ran = voidgen(*words, cwd=project)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err.startswith("voidgen: --quiet and --verbose cannot be combined")


def test_json(project: Path) -> None:
    new = ["flake.nix", "image/manifest.json", "image/emitted.json"]
    ran = everywhere("--json", "generate", "--check", cwd=project)
    told = json.loads(ran.out)
    assert (ran.status, ran.err, told["changes"]) == (1, "", True)
    assert [path for path in told["added"] if path in new] == new
    assert told["removed"] == told["changed"] == told["strays"] == []
    # The same keys, whatever was done; quiet takes nothing from a result.
    made = voidgen("generate", "--json", "-q", cwd=project)
    assert (made.status, json.loads(made.out)) == (0, told)
    again = json.loads(voidgen("generate", "--json", cwd=project).out)
    assert (again["changes"], again["added"]) == (False, [])
    # The user's own from then on.
    assert [".gitattributes", *again["kept"]] == told["added"]


def test_json_of_locks(project: Path) -> None:
    ran = everywhere("--json", "lock", "--check", cwd=project)
    assert (ran.status, ran.err) == (1, "")
    lines = voidgen("lock", "--check", "-q", cwd=project).out.splitlines()
    assert len(lines) > 0
    assert json.loads(ran.out) == {"unlocked": lines}


def test_json_of_an_edit(project: Path) -> None:
    write(project, {"overlay-src/mine/module.toml": 'summary = "Mine"\n'})
    before = found(project)
    told = json.loads(everywhere("--json", "add", "module", "mine", "--dry-run", cwd=project).out)
    assert not told["written"]
    assert '+modules = ["mine"]' in told["difference"]
    assert found(project) == before
    told = json.loads(voidgen("add", "module", "mine", "--json", cwd=project).out)
    assert (told["written"], told["notes"]) == (True, [])
    told = json.loads(voidgen("add", "module", "mine", "--json", cwd=project).out)
    assert told == {
        "written": False,
        "difference": [],
        "notes": ["voidgen.toml already has mine"],
    }


def test_json_of_init(tmp_path: Path) -> None:
    write(tmp_path, {"install.conf": "KEYMAP=de\nFOO=bar\n"})
    ran = voidgen("init", "--json", "--from", "install.conf", "mine", cwd=tmp_path)
    told = json.loads(ran.out)
    assert ran.status == 0
    assert told["project"] == str(tmp_path / "mine")
    assert any("keymap" in line for line in told["done"])
    assert len(told["left"]) == 1
    assert "FOO" in told["left"][0]


@pytest.mark.parametrize("words", [["diff", "--format", "html"], ["graph", "--format", "svg"]])
def test_json_with_another_format_is_refused(words: list[str], project: Path) -> None:
    ran = voidgen("--json", *words, cwd=project)
    assert (ran.status, ran.out) == (2, "")
    assert f"--json and --format {words[-1]} cannot be combined" in ran.err


def test_the_json_option_is_the_same_as_format_json(project: Path) -> None:
    write(project, {lock_file.FILE: lock_file.dump(Lock())})
    for command in (["graph"], ["diff", "voidgen.lock", "voidgen.lock"]):
        ran = everywhere("--json", *command, cwd=project)
        assert ran == voidgen(*command, "--format", "json", cwd=project)
        assert ran.status == 0
        json.loads(ran.out)


def test_completion_refuses_json(tmp_path: Path) -> None:
    ran = voidgen("completion", "bash", "--json", cwd=tmp_path)
    assert (ran.status, ran.out) == (2, "")
    assert "--json" in ran.err


@pytest.mark.parametrize("term", ["dumb", "unknown", None])
def test_a_dumb_terminal_gets_lines(term: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal(monkeypatch) as screen:
        if term:
            monkeypatch.setenv("TERM", term)
        else:
            monkeypatch.delenv("TERM")
        with watch.watcher(quiet=False).step("work"):
            pass
    assert screen.text() == "work ...\n"


def test_no_color_turns_colours_off(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: dict[str, str] = {}
    for wanted in ("", "1"):
        with terminal(monkeypatch) as screen:
            monkeypatch.setenv("NO_COLOR", wanted)
            with watch.watcher(quiet=False).transfer("work", 8) as moved:
                moved(4)
        shown[wanted] = screen.text()
    colour = re.compile(r"\x1b\[[0-9;]*3[0-9][0-9;]*m")
    assert colour.search(shown[""])
    assert not colour.search(shown["1"])
    assert "work" in plain(shown["1"])


def slow(monkeypatch: pytest.MonkeyPatch, patience: float) -> None:
    monkeypatch.setattr(watch, "PATIENCE", patience)


def test_a_short_step_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with watch.late(watch.Lines(), "work"):
        pass
    assert capsys.readouterr().err == ""


def test_a_long_step_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    slow(monkeypatch, 0)
    begun = threading.Event()

    class Told(watch.Lines):
        def step(self, what: str):  # type: ignore[no-untyped-def] # noqa: ANN202
            begun.set()
            return super().step(what)

    with watch.late(Told(), "work"):
        assert begun.wait(30)
    assert capsys.readouterr().err == "work ...\n"


def test_an_interrupt_keeps_the_names_of_open_steps() -> None:
    doing: list[str] = []
    kept = watch.Kept(NoProgress(), doing)
    with pytest.raises(ValueError, match="x"), kept.step("failing"):
        raise ValueError("x")
    with kept.step("done"), kept.transfer("inner", 1):
        assert doing == ["done", "inner"]
    assert doing == []
    with pytest.raises(KeyboardInterrupt), kept.step("a"), kept.stages("b"):
        raise KeyboardInterrupt
    assert doing == ["a", "b"]


def interrupted(patch: pytest.MonkeyPatch, name: str, at: int) -> None:
    """Interrupt voidgen in the call number ``at`` of a function."""
    module, _, function = name.rpartition(".")
    real: Callable[..., object] = getattr(sys.modules[module], function)
    calls = iter(range(at + 1))

    def counted(*arguments: object, **named: object) -> object:
        if next(calls) == at:
            raise KeyboardInterrupt
        return real(*arguments, **named)

    patch.setattr(name, counted)


def test_an_interrupt_lists_the_written_files(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        interrupted(patch, "voidgen.emit.writing._replace", 3)
        ran = voidgen("generate", cwd=project)
    assert ran.status == 130
    said = ran.err.splitlines()
    assert said[-2] == "voidgen: interrupted"
    written = re.fullmatch("  already written: (.*); run it again: .*", said[-1])
    assert written
    # The journal was the first call.
    assert len(written[1].split(", ")) == 3
    for name in written[1].split(", "):
        assert (project / name).is_file()
    assert not (project / emit.LIST).exists()
    assert voidgen("generate", cwd=project).status == 0


PROGRAM = """
import sys, threading, time
from contextlib import contextmanager
from voidgen import project
from voidgen.cli import main, watch

watch.PATIENCE = 0
shown, step = threading.Event(), watch.Kept.step

@contextmanager
def told(self, what):
    with step(self, what):
        shown.set()
        yield

watch.Kept.step = told

def load(*_):
    shown.wait()
    print("ready", flush=True)
    time.sleep(60)

project.load = load
sys.argv = ["voidgen", *sys.argv[1:]]
main()
"""


def test_interrupted_at_a_terminal(project: Path) -> None:
    """^C removes the progress line, and a message names the step."""
    env = os.environ | {"TERM": "xterm", "COLUMNS": "80"}
    argv = ["-c", PROGRAM, "generate"]
    running = pexpect.spawn(sys.executable, argv, cwd=str(project), env=env, timeout=60)
    running.expect("ready")
    running.sendintr()
    running.expect(pexpect.EOF)
    running.wait()
    assert running.exitstatus == 130
    assert isinstance(running.before, bytes)
    said = plain(running.before.decode())
    assert "voidgen: interrupted while generating\r\n  nothing was written; " in said
