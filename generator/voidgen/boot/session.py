"""``voidgen boot --test``: one boot of an image in a machine, with its checks. Prints nothing."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.boot import image, qemu, run
from voidgen.system.files import write_atomically

if TYPE_CHECKING:
    from voidgen.boot.image import BootableIso
    from voidgen.boot.types import Machine
    from voidgen.outcome.types import Outcome
    from voidgen.progress import Progress


@frozen
class Request:
    """The image to test in ``machine``, in ``seconds`` at most.

    ``log`` gets what the serial console prints, and ``screenshot`` the screen at the end.
    """

    image: BootableIso
    machine: Machine
    log: Path
    seconds: float
    screenshot: Path | None = None


@frozen
class Result:
    """The outcome of each check, and what QEMU printed if it ended by itself."""

    outcomes: tuple[Outcome, ...]
    printed: str = ""


def test(request: Request, progress: Progress) -> Result:
    """Boot the image and run its checks.

    If its boot menu starts no serial console, its kernel is started without the menu, with one.
    """
    iso, log = request.image.iso, request.log
    with tempfile.TemporaryDirectory(prefix="voidgen-kernel-") as folder:
        serial = request.image.has_serial_login
        kernel = None if serial else image.direct(iso, Path(folder))
        with qemu.started(request.machine, iso, log, kernel=kernel, driven=True) as guest:
            outcomes = run.Driver(request.image, guest, request.seconds, progress).outcomes()
            if guest.process.poll() is not None:
                return Result(tuple(outcomes), guest.said())
            if request.screenshot:
                guest.screenshot(request.screenshot)
    return Result(tuple(outcomes))


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
