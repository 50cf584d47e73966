"""Programs that hang, print without end, die, or must not see secrets."""

import ast
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.support.program import voidgen, write

from voidgen.errors import StepFailedError
from voidgen.nix import installed
from voidgen.system import environment, git, pipes, process
from voidgen.xbps import programs as xbps
from voidgen.xbps import unresolved
from voidgen.xbps.transactions import Transaction

ROOT = Path(__file__).parents[3] / "generator" / "voidgen"
HERE = Path("/")


def program(folder: Path, name: str, text: str) -> Path:
    """A stand-in for a program."""
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


def gone(file: Path) -> bool:
    """Wait until the process that wrote its id into ``file`` has ended; return whether it has."""
    number = int(file.read_text())
    until = time.monotonic() + 300
    while time.monotonic() < until:
        try:
            stat = Path(f"/proc/{number}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return True
        if stat.rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("stream", [1, 2])
def test_a_program_that_prints_without_end_is_killed(
    stream: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "LARGEST", 1 << 20)
    endless = program(tmp_path, "endless", f"echo $$ > {tmp_path}/pid\nexec yes >&{stream}")
    with pytest.raises(StepFailedError, match="printed more than 1 MiB, so") as caught:
        process.run([str(endless), "a"], cwd=HERE)
    assert caught.value.remedy
    assert gone(tmp_path / "pid")


def test_large_output_within_the_limit_is_returned(tmp_path: Path) -> None:
    much = program(tmp_path, "much", "head -c 20000000 /dev/zero; head -c 20000000 /dev/zero >&2")
    done = process.run([str(much)], cwd=HERE, stdin=b"x" * 5_000_000)
    assert (len(done.stdout), len(done.stderr)) == (20_000_000, 20_000_000)


def test_stdin_is_passed_completely() -> None:
    data = os.urandom(3_000_000)
    assert process.run(["cat"], cwd=HERE, stdin=data).stdout == data


def time_begins_with(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start no timeout before a program has written ``file``, however slow the machine is."""
    real = subprocess.Popen.wait

    def wait(started: subprocess.Popen[bytes], timeout: float | None = None) -> int:
        while timeout and not (file.exists() and file.read_text()):
            time.sleep(0.01)
        return real(started, timeout)

    monkeypatch.setattr(subprocess.Popen, "wait", wait)


def test_a_program_that_hangs_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = program(tmp_path, "hanging", f"echo $$ > {tmp_path}/pid\nexec sleep 600")
    time_begins_with(tmp_path / "pid", monkeypatch)
    with pytest.raises(TimeoutError):
        process.run([str(hanging)], cwd=HERE, timeout=0.5)
    assert gone(tmp_path / "pid")


def test_a_query_without_an_answer_is_an_error(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "PATIENCE", 0.5)
    program(programs, "git", "exec sleep 600")
    program(programs, "nix", "exec sleep 600")
    for ask in (lambda: git.is_inside_work_tree(HERE), installed.version):
        with pytest.raises(StepFailedError, match=r"no answer in 0\.5 seconds") as caught:
            ask()
        assert caught.value.remedy


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file for the id of a child process that a program leaves behind; it is killed at the end.

    By itself, the child would outlive every test.
    """
    monkeypatch.setattr(pipes, "GRACE", 1)
    file = tmp_path / "child"

    def end() -> None:
        if file.exists() and file.read_text():
            with suppress(ProcessLookupError):
                os.kill(int(file.read_text()), signal.SIGKILL)

    bound = threading.Timer(BOUND, end)
    bound.start()
    yield file
    in_time = bound.is_alive()
    bound.cancel()
    end()
    assert in_time, "it went on only when the child was ended"


BOUND = 300
"""Seconds after which a test that waits for the child fails."""


def lives(file: Path) -> bool:
    """Return whether the process that wrote its id into ``file`` runs."""
    return "State:\tZ" not in Path(f"/proc/{int(file.read_text())}/status").read_text()


LEAVES = "exec 3<&0\nsleep 100000 <&3 & echo $! >"
"""A child that keeps all pipes open, and reads nothing."""


def test_a_program_that_does_not_read_stdin_is_killed(
    child: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle = program(tmp_path, "idle", f"echo $$ > {child}\nexec sleep 100000")
    time_begins_with(child, monkeypatch)
    with pytest.raises(TimeoutError):
        process.run([str(idle)], cwd=HERE, stdin=bytes(300_000), timeout=0.5)


def test_a_child_that_does_not_read_stdin_does_not_delay_the_timeout(
    child: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle = program(tmp_path, "idle", f"{LEAVES} {child}\nwait")
    time_begins_with(child, monkeypatch)
    with pytest.raises(TimeoutError):
        process.run([str(idle)], cwd=HERE, stdin=bytes(300_000), timeout=0.5)
    assert lives(child)


def test_a_child_that_keeps_the_pipes_open_does_not_hang_run(child: Path, tmp_path: Path) -> None:
    leaving = program(tmp_path, "leaving", f"{LEAVES} {child}\necho said")
    done = process.run([str(leaving)], cwd=HERE, stdin=bytes(300_000))
    assert (done.status, done.stdout) == (0, b"said\n")
    assert lives(child)


def test_a_child_that_keeps_the_pipes_open_does_not_hang_stream(
    child: Path, tmp_path: Path
) -> None:
    leaving = program(tmp_path, "leaving", f"{LEAVES} {child}\necho said; exit 3")
    heard: list[bytes] = []
    assert process.stream([str(leaving)], cwd=HERE, on_output=heard.append) == 3
    assert b"".join(heard) == b"said\n"
    assert lives(child)


def test_an_interrupted_stream_leaves_no_child(child: Path, tmp_path: Path) -> None:
    running = program(tmp_path, "running", f"{LEAVES} {child}\necho said\nwait")

    def interrupted(_: bytes) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        process.stream([str(running)], cwd=HERE, on_output=interrupted)
    assert gone(child)


def test_a_stubborn_background_program_leaves_no_child(child: Path, tmp_path: Path) -> None:
    stubborn = program(tmp_path, "stubborn", f"trap '' TERM\n{LEAVES} {child}\nwait")
    background = process.run_in_background(
        [str(stubborn)], cwd=HERE, messages=tmp_path / "said", grace_period=0
    )
    with background as running:
        while not (child.exists() and child.read_text()):
            assert running.poll() is None
            time.sleep(0.01)
    assert gone(child)


def in_background(argv: list[str], folder: Path) -> None:
    with process.run_in_background(argv, cwd=HERE, messages=folder / "said", grace_period=0):
        pass


STARTS: dict[str, Callable[[list[str], Path], object]] = {
    "run": lambda argv, _: process.run(argv, cwd=HERE),
    "stream": lambda argv, _: process.stream(argv, cwd=HERE, on_output=lambda _: None),
    "background": in_background,
}


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_an_interrupt_during_the_start_leaves_no_program(
    start: Callable[[list[str], Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin: Any = subprocess.Popen.__init__
    started = []

    def interrupted(popen: subprocess.Popen[bytes], *args: Any, **options: Any) -> None:
        begin(popen, *args, **options)
        started.append(popen.pid)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(subprocess.Popen, "__init__", interrupted)
    running = program(tmp_path, "running", "exec sleep 600")
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        start([str(running)], tmp_path)
    assert signal.getsignal(signal.SIGINT) is before
    (tmp_path / "pid").write_text(str(started[0]))
    assert gone(tmp_path / "pid")


RUNNING = """
import signal, sys
from pathlib import Path
from voidgen.system import process

signal.signal(signal.SIGINT, signal.default_int_handler)
process.run([sys.argv[1]], cwd=Path("/"))
"""


def test_an_interrupt_kills_the_running_program(tmp_path: Path) -> None:
    running = program(tmp_path, "running", f"echo $$ > {tmp_path}/pid\nexec sleep 600")
    argv = [sys.executable, "-c", RUNNING, str(running)]
    with subprocess.Popen(argv, stderr=subprocess.PIPE, text=True) as voidgens:
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            assert voidgens.poll() is None
            time.sleep(0.05)
        voidgens.send_signal(signal.SIGINT)
        said = voidgens.communicate(timeout=300)[1]
    assert said.rstrip().endswith("KeyboardInterrupt")
    assert gone(tmp_path / "pid")


def test_programs_that_die_by_a_signal_are_reported(programs: Path, repository: Path) -> None:
    write(repository, {"voidgen.toml": '[image]\nname = "x"\n'})
    program(programs, "git", "kill -SEGV $$")
    ran = voidgen("generate", cwd=repository)
    assert (ran.status, ran.out) == (1, "")
    assert "git cannot read the repository" in ran.err
    program(programs, "nix", "kill -SEGV $$")
    with pytest.raises(StepFailedError, match="signal 11"):
        installed.version()


GIVEN = {
    "dot": set(),
    "nix": {"NIX_CONFIG", "GIT_SSL_CAINFO", "AWS_SECRET_ACCESS_KEY"},
    "git": {"GIT_SSL_CAINFO"},
    "podman": {"CONTAINERS_CONF", "DOCKER_CONFIG", "REGISTRY_AUTH_FILE"},
    "docker": {"DOCKER_CONFIG"},
    "qemu-system-x86_64": {"GDK_BACKEND"},
}
"""Of the variables below, what each program gets beside those that all do."""


def test_a_program_gets_only_the_variables_that_it_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    any_ = {"HOME", "SSH_AUTH_SOCK", "https_proxy", "XDG_RUNTIME_DIR", "TZ"}
    nobodys = {
        *("GITHUB_TOKEN", "CI_JOB_TOKEN", "DB_PASSWORD", "NETRC", "API_KEY", "npm_secret"),
        *("SSH_PRIVATE_KEY", "HOME_ASSISTANT", "PYTHONPATH", "BASH_ENV", "LANG", "UNHEARD_OF"),
    }
    for name in any_.union(nobodys, *GIVEN.values()):
        monkeypatch.setenv(name, "given")
    folder = tmp_path / "programs"
    for name, own in GIVEN.items():
        program(folder, name, "env")
        said = process.run([str(folder / name)], cwd=HERE).stdout.decode()
        found = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
        assert {one for one, value in found.items() if value == "given"} == any_ | own, name
        assert found["LC_ALL"] == "C"
        assert found["PATH"] == os.environ["PATH"]


@pytest.mark.parametrize("given", [{}, {"user.name": "me"}])
def test_a_repository_starts_no_program(
    given: dict[str, str], repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """.git/config and .git/hooks may be someone else's, for example from an archive."""
    monkeypatch.setenv("GIT_CONFIG_COUNT", str(len(given)))
    for number, (key, value) in enumerate(given.items()):
        monkeypatch.setenv(f"GIT_CONFIG_KEY_{number}", key)
        monkeypatch.setenv(f"GIT_CONFIG_VALUE_{number}", value)
    started = tmp_path / "started"
    evil = program(tmp_path / "evil", "evil", f"touch {started}")
    subprocess.run(["git", "config", "core.fsmonitor", evil], cwd=repository, check=True)
    hooks = repository / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    shutil.copy(evil, hooks / "post-index-change")
    write(repository, {"voidgen.toml": '[image]\nname = "x"\n'})
    git.add_intent(repository, ["voidgen.toml"])
    assert git.tracked(repository) == ["voidgen.toml"]
    assert git.untracked(repository, ["."]) == []
    assert git.ignored(repository, ["voidgen.toml"]) == {}
    assert not started.exists()
    for key, value in given.items():
        said = process.run(["git", "config", key], cwd=repository).stdout.decode()
        assert said == f"{value}\n"


def test_the_page_lists_the_variables() -> None:
    page = (ROOT.parents[1] / "docs/reference/environment.md").read_text()
    for names in (environment.ANY, *environment.OWN.values()):
        listed = ", ".join(f"`{one.replace('*', '…')}`" for one in names)
        assert f"| {listed} |\n" in page


def test_streams_and_background_programs_get_no_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "very-secret")
    heard: list[bytes] = []
    process.stream(["env"], cwd=HERE, on_output=heard.append)
    with process.run_in_background(["env"], cwd=HERE, messages=tmp_path / "said") as running:
        running.wait()
    said = b"".join(heard) + (tmp_path / "said").read_bytes()
    assert b"PATH=" in said
    assert b"very-secret" not in said


def test_passwords_in_a_programs_output_are_hidden(
    programs: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "LONGEST_WAIT", 0)
    program(programs, "nix", "echo \"cannot fetch 'https://me:very-secret@h/x'\" >&2; exit 1")
    ran = voidgen("prefetch", "--file", "https://h/x", cwd=repository)
    assert ran.status == 1
    assert "https://h/x" in ran.err
    assert "very-secret" not in ran.out + ran.err


STARTING = {"starting.py", "decompression_programs.py"}
"""The modules that start programs. The second one also runs without voidgen, and so without the
first."""


def test_no_shell_starts_a_program() -> None:
    """Each program is started with a list of arguments."""
    for file in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call):
                words = ast.unparse(node.func)
                assert words not in {"os.system", "os.popen", "subprocess.getoutput"}, file
                assert "shell" not in {one.arg for one in node.keywords}, file
                started = words.startswith("subprocess.") and words != "subprocess.DEVNULL"
                assert not started or file.name in STARTING, file


GARBAGE = (
    "exit 0",
    r"printf '\377\376\0garbage\0../../x\0/etc/passwd\0'",
    "head -c 3000000 /dev/urandom",
)
"""What a program may do that is not the one that its name says."""
MORE_GARBAGE = (
    "echo garbage",
    r"printf 'true\n\n\033[31m\n'",
    "echo true; exit 3",
    "kill -SEGV $$",
    "echo '{\"a\": [1,'",
)

ASKING_GIT = (
    *(("generate",), ("generate", "--check"), ("show",), ("add", "xbps", "vim"), ("diff",)),
    *(("diff", "HEAD"), ("check",), ("init", "new"), ("iso",), ("lock",), ("doctor",)),
    ("remove", "module", "x"),
)


@pytest.mark.parametrize(
    "said", [*GARBAGE, *(pytest.param(one, marks=pytest.mark.slow) for one in MORE_GARBAGE)]
)
@pytest.mark.parametrize("name", ["git", "nix"])
def test_a_program_that_prints_garbage_is_explained(
    name: str, said: str, programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each failure is explained, and the project is unchanged."""
    # The test does not wait for a network or for a guest.
    monkeypatch.setattr(process, "LONGEST_WAIT", 0)
    monkeypatch.setenv("NIX_CONFIG", "download-attempts = 1")
    program(programs, "qemu-system-x86_64", "exit 1")
    folder = tmp_path / "project"
    folder.mkdir()
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    write(folder, {"voidgen.toml": '[image]\nname = "x"\n[nix]\npackages = ["hello"]\n'})
    assert voidgen("generate", cwd=folder).status == 0
    subprocess.run(["git", "add", "."], cwd=folder, check=True)
    for one in (name, *(f"nix-{tool}" for tool in ("instantiate", "store") if name == "nix")):
        program(programs, one, said)
    for words in ASKING_GIT:
        ran = voidgen(*words, cwd=folder)
        assert ran.status in {0, 1, 2}, words
        assert "internal error" not in ran.err, (words, ran.err)
        assert "Traceback" not in ran.err, (words, ran.err)
        assert "\x1b[31m" not in ran.out + ran.err, words


@pytest.mark.parametrize("said", [*GARBAGE, *MORE_GARBAGE])
def test_an_xbps_that_prints_garbage_is_explained(said: str, tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    folder = tmp_path / "programs"
    for name in ("xbps-install", "xbps-rindex"):
        program(folder, name, said)
    asked = Transaction("image", "x86_64", tmp_path / "root", ("base-system",))
    with pytest.raises(StepFailedError, match=r"XBPS|xbps-install") as caught:
        unresolved.check([(asked, xbps.dry_run(folder, asked, ["/r"]))], {}, [])
    assert caught.value.remedy or caught.value.output
