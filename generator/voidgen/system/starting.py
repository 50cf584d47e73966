"""The one place where voidgen starts programs."""

from __future__ import annotations

import logging
import os
import shlex
import signal
import subprocess
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from voidgen.errors import FIX_AND_RERUN, StepFailedError
from voidgen.system import environment
from voidgen.system.credentials import hidden

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import FrameType

    Process = subprocess.Popen[bytes]

_log = logging.getLogger(__name__)

PACKAGES = {
    "dot": "graphviz",
    "git": "git",
    **dict.fromkeys(
        ("nix", "nix-build", "nix-hash", "nix-instantiate", "nix-prefetch-url", "nix-store"),
        "nix (Debian: nix-bin, and nix-setup-systemd for its daemon)",
    ),
    "ssh-keygen": "openssh (Debian: openssh-client)",
    "qemu-system-x86_64": "qemu-system-x86 (Debian's name)",
    "lsblk": "util-linux",
    "mkfs.ext4": "e2fsprogs",
    "sfdisk": "util-linux (Debian: fdisk)",
    "unshare": "util-linux",
    "xbps-install": "xbps",
    "xbps-rindex": "xbps",
}
"""The packages that programs are in."""


@contextmanager
def started(
    argv: Sequence[str],
    end: Callable[[Process], object],
    *,
    guard: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    **options: Any,
) -> Iterator[Process]:
    """Start ``argv``, through the program ``guard`` if one is given; ``end`` it after an exception.

    An interrupt that comes meanwhile is raised in the context. ``env`` is its whole environment;
    the default is that of `environment.of`. ``options`` are Popen's. Raises StepFailedError if it
    cannot be started.
    """
    # Without the passwords of URLs.
    _log.info("%s", hidden(shlex.join(argv)))
    env = environment.of(_name(argv[0])) if env is None else {**env, "LC_ALL": "C"}
    with _interrupts_held() as release:
        try:
            process = subprocess.Popen([*guard, *argv], env=env, **options)
        except OSError as error:
            raise _not_started(argv, error) from None
        try:
            release()
            yield process
        except BaseException:
            end(process)
            raise


@contextmanager
def _interrupts_held() -> Iterator[Callable[[], None]]:
    """Hold interrupts back until the function that this yields is called, or until the end.

    Popen forgets a program whose start is interrupted. Only the main thread gets interrupts.
    """
    came: list[int] = []
    before: dict[int, Any] = {}

    def note(number: int, _: FrameType | None) -> None:
        came.append(number)

    def release() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)
        before.clear()
        if came:
            signal.raise_signal(came.pop())

    try:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                handler = signal.getsignal(number)
                if callable(handler):
                    before[number] = handler
                    signal.signal(number, note)
        yield release
    finally:
        release()


def _not_started(argv: Sequence[str], error: OSError) -> StepFailedError:
    program = _name(argv[0])
    what = f"{argv[0]}: cannot be started: {error.strerror}"
    missing = isinstance(error, FileNotFoundError)
    remedy = f"install the package {PACKAGES.get(program, program)}" if missing else FIX_AND_RERUN
    return StepFailedError(what, remedy)


def _name(program: str) -> str:
    return os.path.basename(program)  # noqa: PTH119 - a name, not a place
