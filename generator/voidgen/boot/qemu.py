"""A running QEMU: its process, its monitor (QMP), its end."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import define, evolve

from voidgen.boot import command
from voidgen.boot.types import MONITOR, SERIAL, Run
from voidgen.errors import StepFailedError
from voidgen.system import process, untrusted
from voidgen.system.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.boot.types import Machine, Medium

PATIENCE = 60
"""Seconds to wait for the monitor's answer: a picture of the screen may take some."""

REMEDY = "try `--accel tcg` (no KVM), `--bios` (no UEFI) or a smaller `--memory MIB`"


class Monitor:
    """QEMU's monitor for programs: one JSON object a line (QEMU, docs/interop/qmp-spec.rst)."""

    def __init__(self, connected: socket.socket) -> None:
        """Greet QEMU at the other end of ``connected``; StepFailedError if it does not answer."""
        connected.settimeout(PATIENCE)
        self._socket = connected
        self._lines = connected.makefile("rb")
        self._line()
        self.ask("qmp_capabilities")

    def ask(self, execute: str, **arguments: str) -> object:
        """Return what QEMU answers to a command; StepFailedError if it refuses or has ended."""
        asked = {"execute": execute, "arguments": arguments}
        try:
            self._socket.sendall(json.dumps(asked).encode() + b"\n")
        except OSError:
            raise StepFailedError("QEMU ended too early", REMEDY) from None
        while True:
            said = self._line()
            if "error" in said:
                what, remedy = (
                    f"QEMU refused {execute}",
                    "this QEMU may be too old: install a later version",
                )
                raise StepFailedError(what, remedy, json.dumps(said["error"]))
            if "return" in said:
                return said["return"]

    def _line(self) -> dict[str, object]:
        try:
            line = self._lines.readline()
        except OSError:
            line = b""
        if not line:
            raise StepFailedError("QEMU ended too early, or does not answer", REMEDY)
        try:
            said = untrusted.parse_json(line)
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise StepFailedError(
                "QEMU's monitor sent something other than a JSON object",
                REMEDY,
                output=repr(line[:200]),
            )
        return said


@define
class Guest:
    """A started machine; ``serial`` is the other end of its console, if the run has one."""

    process: subprocess.Popen[bytes]
    monitor: Monitor
    serial: socket.socket | None
    messages: Path

    def wait(self, seconds: float | None) -> bool:
        """Return whether the machine ended within ``seconds``; StepFailedError if QEMU failed."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        if status:
            raise StepFailedError(f"QEMU failed ({status})", REMEDY, self.said())
        return True

    def said(self) -> str:
        """Return QEMU's own messages."""
        return self.messages.read_text(errors="replace").strip()

    def screenshot(self, file: Path) -> None:
        """Save the screen as a picture: PPM for a name in .ppm, otherwise PNG."""
        form = "ppm" if file.suffix.lower() == ".ppm" else "png"
        with tempfile.TemporaryDirectory(prefix="voidgen-screen-") as folder:
            shot = Path(folder, "screen")
            # QEMU has forms other than PPM since 7.1.
            more = {} if form == "ppm" else {"format": form}
            self.monitor.ask("screendump", filename=str(shot), **more)
            write_atomically(file, shot.read_bytes())


@contextmanager
def started(
    machine: Machine, medium: Medium, log: Path, *, driven: bool = False
) -> Iterator[Guest]:
    """Start ``medium``, and run it while the context lasts; its sockets are beside ``log``.

    With ``driven``, voidgen uses the console, and a restart of the guest ends the machine. Raises
    StepFailedError if QEMU does not start, or another one uses the folder's sockets.
    """
    folder = log.parent
    refuse_second(folder)
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="voidgen-boot-")))
        ours, its = _pair(stack)
        console, its_console = _pair(stack) if driven else (None, None)
        run = Run(
            medium, log, its.fileno(), its_console.fileno() if its_console else None, once=driven
        )
        if machine.firmware:
            run = evolve(run, variables=work / "variables")
            shutil.copyfile(machine.firmware.variables.file, work / "variables")
        stack.callback(_remove, folder)
        messages = work / "messages"
        passed = [one.fileno() for one in (its, its_console) if one]
        argv = command.argv(machine, run)
        qemu = stack.enter_context(
            process.run_in_background(argv, cwd=folder, messages=messages, passed=passed)
        )
        for one in filter(None, (its, its_console)):
            # Only QEMU may hold its end, so that voidgen notices when QEMU ends.
            one.close()
        try:
            monitor = Monitor(ours)
        except StepFailedError as error:
            said = messages.read_text(errors="replace").strip()
            raise StepFailedError("QEMU does not start", REMEDY, said or error.what) from None
        yield Guest(qemu, monitor, console, messages)


def refuse_second(folder: Path) -> None:
    """Raise StepFailedError if another QEMU listens at the monitor's socket in ``folder``."""
    with reach(folder, MONITOR) as found:
        if found is not None:
            what = f"{folder / MONITOR}: another QEMU runs here"
            raise StepFailedError(what, "end it, or write the log elsewhere with --log FILE")


@contextmanager
def reach(folder: Path, name: str) -> Iterator[socket.socket | None]:
    """Yield the socket ``name`` of a folder, connected; None if nothing listens there."""
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with socket.socket(socket.AF_UNIX) as found:
            found.settimeout(PATIENCE)
            try:
                # This path is short enough, however long the folder's own is.
                found.connect(f"/proc/self/fd/{descriptor}/{name}")
            except OSError:
                yield None
            else:
                yield found
    finally:
        os.close(descriptor)


def _pair(stack: ExitStack) -> tuple[socket.socket, socket.socket]:
    one, other = socket.socketpair()
    return stack.enter_context(one), stack.enter_context(other)


def _remove(folder: Path) -> None:
    for name in (SERIAL, MONITOR):
        (folder / name).unlink(missing_ok=True)
