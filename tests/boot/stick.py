"""A USB stick in QEMU, started several times."""

from __future__ import annotations

import socket
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from voidgen.boot.console import Console

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MEMORY = "1024"
PATIENCE = 900
"""Seconds for a boot and its commands: without KVM, dracut's initramfs takes minutes."""


class Session:
    """A shell of root on the serial console."""

    def __init__(self, console: Console) -> None:
        """Wait for the system's login prompt, and log in."""
        self.printed = console.booted()
        console.login("root", None)
        self._console = console

    def run(self, command: str) -> str:
        """Return what ``command`` prints; it must succeed."""
        answer = self._console.run(command, PATIENCE)
        assert answer.status == 0, f"{command}\n{answer}"
        return answer.said


@contextmanager
def session(stick: Path) -> Iterator[Session]:
    """Start ``stick``, and yield a session; the end is a power cut."""
    with started(stick) as console:
        yield Session(console)


@contextmanager
def started(stick: Path, *more: str) -> Iterator[Console]:
    """Start ``stick``, and yield its serial console once runit starts; the end is a power cut.

    ``more`` are further words of QEMU's command line.
    """
    ours, its = socket.socketpair()
    argv = [
        *("qemu-system-x86_64", "-machine", "q35,accel=tcg", "-cpu", "max", "-m", MEMORY),
        *("-display", "none", "-nic", "none", "-vga", "none", "-no-reboot", "-monitor", "none"),
        *("-chardev", f"socket,id=serial0,fd={its.fileno()},logfile={stick}.log,logappend=on"),
        *("-serial", "chardev:serial0", "-device", "qemu-xhci"),
        *("-drive", f"if=none,id=stick,format=raw,file={stick}"),
        *("-device", "usb-storage,drive=stick,removable=on,bootindex=1"),
        *more,
    ]
    with ours, its, subprocess.Popen(argv, cwd=stick.parent, pass_fds=[its.fileno()]) as process:
        its.close()
        try:
            _leave_initramfs(ours)
            yield Console(ours, PATIENCE)
        finally:
            process.kill()


def _leave_initramfs(serial: socket.socket) -> None:
    """Read until runit starts, and press the key for which dracut before 106 may wait."""
    serial.settimeout(PATIENCE)
    said = b""
    while b"- runit: " not in said:
        piece = serial.recv(4096)
        said += piece
        assert piece, said
        assert b"Kernel panic" not in said, said
        if b"Press [Enter] to continue." in said:
            serial.sendall(b"\n")
            said = b""
    serial.settimeout(None)
