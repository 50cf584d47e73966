"""The one place where programs are started."""

from __future__ import annotations

import logging
import os
import shlex
import shutil
import subprocess
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.credentials import hidden
from voidgen.errors import MEND, StepFailedError

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

_log = logging.getLogger(__name__)

PACKAGES = {
    "dot": "graphviz",
    "git": "git",
    "nix": "nix",
    "nix-hash": "nix",
    "nix-instantiate": "nix",
    "nix-prefetch-url": "nix",
    "nix-store": "nix",
    "ssh-keygen": "openssh (Debian: openssh-client)",
    "qemu-system-x86_64": "qemu-system-x86 (Debian's name)",
    "unshare": "util-linux",
    "xbps-install": "xbps",
    "xbps-rindex": "xbps",
}
"""Programs and the packages that carry them."""


@frozen
class Completed:
    """What a program left."""

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
) -> Completed:
    """Run ``argv`` in ``cwd``, without a shell, its messages in English.

    ``env`` is the whole of its environment; without it, voidgen's own, as is the ``umask``.
    Raises StepFailedError where it cannot be started and, with ``check``, where it fails;
    TimeoutError where it was ended after ``timeout`` seconds.
    """
    _tell(argv)
    try:
        done = subprocess.run(
            argv,
            cwd=cwd,
            input=stdin,
            capture_output=True,
            check=False,
            env={**(os.environ if env is None else env), "LC_ALL": "C"},
            umask=umask,
            timeout=timeout,
        )
    except subprocess.TimeoutExpired:
        raise TimeoutError from None
    except OSError as error:
        raise _not_started(argv, error) from None
    completed = Completed(done.returncode, done.stdout, done.stderr)
    _log.debug("%s: %s", argv[0], _ending(completed.status))
    return _checked(argv, completed) if check else completed


def stream(argv: Sequence[str], *, cwd: Path, heard: Callable[[bytes], None]) -> int:
    """Run ``argv`` and tell ``heard`` of each piece of its output as it comes; its exit status.

    It is in a session of its own: an interrupt reaches voidgen alone, which then kills it.
    Raises StepFailedError where it cannot be started.
    """
    _tell(argv)
    try:
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "LC_ALL": "C"},
            start_new_session=True,
        )
    except OSError as error:
        raise _not_started(argv, error) from None
    with process:
        try:
            assert process.stdout is not None  # noqa: S101 - for the type checker
            while piece := os.read(process.stdout.fileno(), 1 << 16):
                heard(piece)
        except BaseException:
            # Not politely: a container's client would hand the signal on, and wait.
            process.kill()
            raise
    return process.returncode


POLITENESS = 10
"""Seconds between asking a program to end, and killing it."""


@contextmanager
def beside(
    argv: Sequence[str], *, cwd: Path, messages: Path, passed: Sequence[int] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    """``argv``, running while the context lasts; what it says goes into the file ``messages``.

    It inherits the file descriptors ``passed``. It is in a session of its own, so that an
    interrupt reaches voidgen alone, and it ends where voidgen is killed. Raises StepFailedError
    where it cannot be started.
    """
    # setpriv(1) of util-linux; without it, only a killed voidgen leaves something behind.
    guard = ("setpriv", "--pdeathsig", "KILL") if shutil.which("setpriv") else ()
    _tell(argv)
    with messages.open("wb") as stream:
        try:
            process = subprocess.Popen(
                [*guard, *argv],
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                env={**os.environ, "LC_ALL": "C"},
                start_new_session=True,
                pass_fds=passed,
            )
        except OSError as error:
            raise _not_started(argv, error) from None
    try:
        yield process
    finally:
        process.terminate()
        try:
            # A second interrupt ends the waiting, too.
            with suppress(subprocess.TimeoutExpired):
                process.wait(POLITENESS)
        finally:
            process.kill()
            process.wait()


ATTEMPTS = 4
LONGEST_WAIT = 8.0
"""Seconds between two attempts, at most."""


def patiently(argv: Sequence[str], *, cwd: Path, transient: re.Pattern[bytes]) -> Completed:
    """`run`, again after growing waits where it fails and its messages match ``transient``.

    For programs that do not try again by themselves after a fault of the network.
    """
    # Imported here: most commands ask nothing of a network.
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
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_random_exponential(max=LONGEST_WAIT),
        retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
    )
    done: Completed = attempt(run, argv, cwd=cwd, check=False)
    return _checked(argv, done)


def _tell(argv: Sequence[str]) -> None:
    """Tell whoever listens what is started, less the passwords of URLs."""
    _log.info("%s", hidden(shlex.join(argv)))


def _checked(argv: Sequence[str], done: Completed) -> Completed:
    if done.status:
        output = done.stderr.decode(errors="replace").strip()
        what = f"{' '.join(argv[:3])}: failed ({_ending(done.status)})"
        remedy = "" if output else "run it by hand: it said nothing (-v tells all its words)"
        raise StepFailedError(what, remedy, output)
    return done


def _not_started(argv: Sequence[str], error: OSError) -> StepFailedError:
    program = os.path.basename(argv[0])  # noqa: PTH119 - a name, not a place
    what = f"{argv[0]}: cannot be started: {error.strerror}"
    missing = isinstance(error, FileNotFoundError)
    remedy = f"install the package {PACKAGES.get(program, program)}" if missing else MEND
    return StepFailedError(what, remedy)


def _ending(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"
