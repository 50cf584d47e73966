"""Run programs: to the end, with their output as it comes, or in the background."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import StepFailedError
from voidgen.system import git_trust, network_faults, pipes, starting

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

_log = logging.getLogger(__name__)

LARGEST = 1 << 29
"""Bytes that a program may print: a closure of a million paths needs fewer."""


@frozen
class Completed:
    """A program that ended: its exit status, and what it printed."""

    status: int
    stdout: bytes
    stderr: bytes


def run(  # noqa: PLR0913 - what a process begins with
    argv: Sequence[str],
    *,
    cwd: Path,
    stdin: bytes = b"",
    check: bool = True,
    env: Mapping[str, str] | None = None,
    umask: int = -1,
    timeout: float | None = None,
    on_stderr: Callable[[bytes], bytes] | None = None,
) -> Completed:
    """Run ``argv`` in ``cwd``, without a shell, its messages in English.

    ``env`` is its whole environment; the default is that of `environment.of`. ``umask`` -1 is
    voidgen's own. ``on_stderr`` gets each piece of its stderr as it comes, in another thread, and
    returns what to keep of it. Does not wait for processes that it leaves behind.

    Raises StepFailedError if it cannot be started, prints more than `LARGEST` bytes or, with
    ``check``, fails; TimeoutError if it was killed after ``timeout`` seconds.
    """
    to_run = starting.started(
        argv,
        subprocess.Popen.kill,
        cwd=cwd,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        umask=umask,
    )
    try:
        with to_run as process:
            out, err = pipes.exchange(process, stdin, on_stderr, timeout, LARGEST)
    except subprocess.TimeoutExpired:
        raise TimeoutError from None
    if max(len(out), len(err)) > LARGEST:
        what = f"{' '.join(argv[:3])}: printed more than {LARGEST >> 20} MiB, so voidgen ended it"
        raise StepFailedError(what, "run it in a shell, and see what it prints")
    completed = Completed(process.returncode, out, err)
    _log.debug("%s: %s", argv[0], _ending(completed.status))
    return _checked(argv, completed) if check else completed


PATIENCE = 120.0
"""Seconds for a question that needs only the disk: most machines answer it at once."""


def ask(argv: Sequence[str], *, cwd: Path, stdin: bytes = b"", check: bool = True) -> Completed:
    """`run` a program that must answer soon: StepFailedError if it needs longer than `PATIENCE`."""
    try:
        return run(argv, cwd=cwd, stdin=stdin, check=check, timeout=PATIENCE)
    except TimeoutError:
        what = f"{' '.join(argv[:3])}: no answer in {PATIENCE:g} seconds"
        raise StepFailedError(what, "run it in a shell, and see what it waits for") from None


def stream(
    argv: Sequence[str],
    *,
    cwd: Path,
    on_output: Callable[[bytes], None],
    grace_period: float = 0,
) -> int:
    """Run ``argv``, give each piece of its output to ``on_output``, and return its exit status.

    It gets a session of its own: an interrupt reaches only voidgen, which then interrupts it, and
    kills the session after ``grace_period`` seconds. Raises StepFailedError if it cannot be
    started.
    """

    def end(process: subprocess.Popen[bytes]) -> None:
        with process:
            _interrupt(process, grace_period)

    with starting.started(
        argv,
        end,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        for piece in pipes.pieces(process):
            on_output(piece)
        with process:
            return process.wait()


def _interrupt(process: subprocess.Popen[bytes], grace_period: float) -> None:
    """Interrupt ``process``, wait, and kill its session; at once without a ``grace_period``.

    A container's client would pass signals other than SIGKILL on, and wait.
    """
    try:
        if grace_period:
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=grace_period)
    finally:
        _kill_session(process)


def _kill_session(process: subprocess.Popen[bytes]) -> None:
    """Kill ``process``, which leads a session, and its children there.

    If it ended by itself, nothing is killed: its number may belong to another process.
    """
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


GRACE_PERIOD = 10
"""Seconds between asking a program to end, and killing it."""


@contextmanager
def run_in_background(  # noqa: PLR0913 - what a process begins with
    argv: Sequence[str],
    *,
    cwd: Path,
    messages: Path,
    passed: Sequence[int] = (),
    env: Mapping[str, str] | None = None,
    grace_period: float = GRACE_PERIOD,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``argv`` while the context lasts; its output goes into the file ``messages``.

    It inherits the file descriptors ``passed``; ``env`` is that of `run`. Afterwards voidgen asks
    it to end, and kills it after ``grace_period`` seconds. It has a session of its own, so that an
    interrupt reaches only voidgen; it also ends if voidgen is killed. Raises StepFailedError if it
    cannot be started.
    """
    # setpriv(1) of util-linux; without it, a killed voidgen leaves the program behind.
    guard = ("setpriv", "--pdeathsig", "KILL") if shutil.which("setpriv") else ()

    def end(process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        try:
            # A second interrupt ends this wait, too.
            with suppress(subprocess.TimeoutExpired):
                process.wait(grace_period)
        finally:
            _kill_session(process)
            process.wait()

    with (
        messages.open("wb") as stream,
        starting.started(
            argv,
            end,
            guard=guard,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
            pass_fds=passed,
            # So that only this user can connect to its sockets.
            umask=0o077,
        ) as process,
    ):
        yield process
        end(process)


ATTEMPTS = 4
LONGEST_WAIT = 8.0
"""Seconds between two attempts, at most."""


def run_with_retries(  # noqa: PLR0913 - what a process begins with
    argv: Sequence[str],
    *,
    cwd: Path,
    transient: re.Pattern[bytes],
    env: Mapping[str, str] | None = None,
    attempts: int = 0,
    on_stderr: Callable[[bytes], bytes] | None = None,
) -> Completed:
    """`run` a program, again after growing waits if it fails and its stderr matches ``transient``.

    For programs that do not retry by themselves. ``attempts`` 0 stands for `ATTEMPTS`.
    """
    # Imported here: most commands do not use the network.
    from tenacity import (  # noqa: PLC0415
        Retrying,
        retry_if_result,
        stop_after_attempt,
        wait_random_exponential,
    )

    def refused(done: Completed) -> bool:
        return bool(done.status and transient.search(done.stderr))

    attempt = Retrying(
        retry=retry_if_result(refused),
        stop=stop_after_attempt(attempts or ATTEMPTS),
        wait=wait_random_exponential(max=LONGEST_WAIT),
        retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
    )
    done: Completed = attempt(run, argv, cwd=cwd, env=env, check=False, on_stderr=on_stderr)
    return _checked(argv, done)


def _checked(argv: Sequence[str], done: Completed) -> Completed:
    if done.status:
        output = done.stderr.decode(errors="replace").strip()
        network_faults.raise_any(output)
        what = f"{' '.join(argv[:3])}: failed ({_ending(done.status)})"
        silent = "it printed no error: run it in a shell (`voidgen -v` shows the whole command)"
        remedy = git_trust.remedy(output) if output else silent
        raise StepFailedError(what, remedy, output)
    return done


def _ending(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"
