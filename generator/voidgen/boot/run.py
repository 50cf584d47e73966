"""``voidgen boot``: start an ISO in a machine that fits it, to show it or to run its checks.

Prints nothing.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from attrs import evolve, frozen

from voidgen import project
from voidgen.boot import driver, host, image, machine, qemu, server
from voidgen.boot.types import LONGEST_TEST, Medium
from voidgen.errors import Fault, raise_all
from voidgen.image import freshness, netboot_files
from voidgen.outcome import forms
from voidgen.plan import accounts
from voidgen.system.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.boot.image import BootableIso
    from voidgen.boot.machine import Choice, Wishes
    from voidgen.boot.types import Machine
    from voidgen.outcome.types import Outcome
    from voidgen.progress import Progress


@frozen
class Request:
    """The ISO to boot, or None for that of the image ``variant`` of the project in ``folder``.

    With ``test``, voidgen logs in at the serial console and runs the checks. If the image has only
    hashes of its passwords, ``passwords`` has the live user's, and root's if it is another. After
    ``seconds``, the machine is stopped. The screen at the end, what the serial console prints, and
    the outcomes of a test go into ``screenshot``, ``log`` (see `make_log`) and ``junit``. With
    ``netboot``, the files in NAME-netboot beside the ISO start over HTTP.
    """

    folder: Path
    iso: Path | None
    wishes: Wishes
    test: bool = False
    seconds: int | None = None
    screenshot: Path | None = None
    log: Path | None = None
    junit: Path | None = None
    passwords: tuple[str, ...] = ()
    netboot: bool = False
    variant: str = ""


class Listener(Protocol):
    """Receives what the user needs to know while the machine runs."""

    def doubted(self, fault: Fault) -> None:
        """Note why the project's ISO may not be what the project describes."""

    def chosen(self, image: BootableIso, choice: Choice) -> None:
        """Note that ``image`` starts next, in the machine of ``choice``."""

    def started(self, log: Path) -> None:
        """Note that the machine runs for the user, with its sockets beside ``log``."""


@frozen
class Result:
    """What ran in which machine.

    ``outcomes`` are those of a test, None if there was none. ``printed`` are QEMU's messages if it
    ended by itself in a test. ``ended`` is whether the machine ended before a screenshot was taken.
    """

    image: BootableIso
    machine: Machine
    log: Path
    outcomes: tuple[Outcome, ...] | None = None
    printed: str = ""
    ended: bool = False


def run(request: Request, listener: Listener, progress: Progress) -> Result:
    """Run the machine until it ends, its time is over, its test is done, or voidgen is interrupted.

    Raises WrongInputError if the ISO is missing or not bootable here, or if a file's folder is
    missing, and StepFailedError if the machine does not start.
    """
    _refuse_missing_folders(request)
    host.qemu()
    found = _found(request, listener)
    if request.netboot:
        image.refuse_no_netboot(found, test=request.test)
    if request.test:
        accounts.of_plan(found.plan, request.passwords).check(found.iso)
    # A test needs no window.
    unseen = request.test and request.wishes.window is None
    wishes = evolve(request.wishes, window=False) if unseen else request.wishes
    if request.netboot:
        # QEMU's network cards contain iPXE for BIOS, and for UEFI only a driver.
        wishes = evolve(wishes, uefi=False)
    offer = host.offer(wishes, found.iso, progress)
    choice = machine.choose(wishes, offer, is_64_bit=found.is_64_bit)
    listener.chosen(found, choice)
    prepared = Result(found, choice.machine, make_log(found.iso, request.log))
    if not request.test:
        return _show(request, prepared, listener)
    result = _test(request, prepared, progress)
    if request.junit:
        report = forms.to_junit(result.outcomes or (), f"boot {found.name}")
        write_atomically(request.junit, report)
    return result


def _refuse_missing_folders(request: Request) -> None:
    """Refuse them before the boot, because the files are written at its end."""
    files = [file for file in (request.junit, request.screenshot, request.log) if file]
    raise_all(
        Fault("no such folder", file.parent, remedy="create it first")
        for file in files
        if not file.parent.is_dir()
    )


def _found(request: Request, listener: Listener) -> BootableIso:
    """Return the ISO to boot. The listener hears if the project's is not what it describes now."""
    if request.iso:
        return image.read(request.iso.absolute())
    folder = project.find(request.folder)
    iso = image.of_project(folder, request.variant)
    found = image.read(iso.absolute())
    if doubt := freshness.doubt_of_iso(folder, found.snapshot, iso, request.variant):
        listener.doubted(doubt)
    return found


def _show(request: Request, prepared: Result, listener: Listener) -> Result:
    log, shot = prepared.log, request.screenshot
    with (
        _medium(request, prepared.image) as medium,
        qemu.started(prepared.machine, medium, log) as guest,
    ):
        listener.started(log)
        try:
            ended = guest.wait(request.seconds)
        except KeyboardInterrupt:
            if shot:
                guest.screenshot(shot)
            raise
        if shot and not ended:
            guest.screenshot(shot)
    return evolve(prepared, ended=ended)


def _test(request: Request, prepared: Result, progress: Progress) -> Result:
    """Run the checks.

    If the boot menu starts no serial console, the kernel is started without the menu, with one.
    """
    found, log = prepared.image, prepared.log
    seconds = request.seconds or LONGEST_TEST
    with (
        _medium(request, found) as medium,
        qemu.started(prepared.machine, medium, log, driven=True) as guest,
    ):
        known = accounts.of_plan(found.plan, request.passwords)
        outcomes = driver.Driver(found, known, guest, seconds, progress).outcomes()
        result = evolve(prepared, outcomes=tuple(outcomes))
        if guest.process.poll() is not None:
            return evolve(result, printed=guest.said(), ended=True)
        if request.screenshot:
            guest.screenshot(request.screenshot)
    return result


@contextmanager
def _medium(request: Request, found: BootableIso) -> Iterator[Medium]:
    """Yield what starts, whose files are there while the context lasts."""
    if request.netboot:
        with server.serve(netboot_files.folder(found.iso)) as url:
            yield Medium(found.iso, netboot=url)
    elif request.test and not found.has_serial_login:
        with tempfile.TemporaryDirectory(prefix="voidgen-kernel-") as folder:
            yield Medium(found.iso, image.direct(found.iso, Path(folder)))
    else:
        yield Medium(found.iso)


def make_log(iso: Path, named: Path | None) -> Path:
    """Return the file for what the serial console prints.

    That is the one which the user ``named``, or NAME.serial.log beside ``iso``, or in the current
    folder if nothing can be written there.
    """
    if named:
        return named.absolute()
    folder = iso.parent if os.access(iso.parent, os.W_OK) else Path.cwd()
    log = folder / f"{iso.stem}.serial.log"
    # QEMU would write through a link of this name. A link that the user names is the user's choice.
    write_atomically(log, b"")
    return log
