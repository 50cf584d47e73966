"""What this host has for a guest."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.boot import command, firmware, image, kvm, machine
from voidgen.boot.machine import Offer
from voidgen.boot.types import Accelerator
from voidgen.errors import StepFailedError
from voidgen.system import process

if TYPE_CHECKING:
    from voidgen.boot.machine import Wishes
    from voidgen.progress import Progress

MEMORY, CPUS = 12288, 4
"""MiB and processors of a guest, if the host has as many."""
LEAST = 1024
"""MiB; a live system needs more for its own files."""
SHARE = 3, 4
"""The largest part of the free memory that a guest gets."""


def memory() -> int:
    """Return the MiB for a guest."""
    try:
        found = re.search(
            r"^MemAvailable:\s+(\d+) kB$", Path("/proc/meminfo").read_text(), re.MULTILINE
        )
    except OSError:
        found = None
    free = int(found[1]) >> 10 if found else MEMORY
    return max(LEAST, min(MEMORY, free * SHARE[0] // SHARE[1]))


def cpus() -> int:
    """Return the number of processors for a guest."""
    return min(CPUS, len(os.sched_getaffinity(0)))


def displays() -> frozenset[str]:
    """Return the displays that QEMU was built with."""
    said = process.ask([command.PROGRAM, "-display", "help"], cwd=Path("/")).stdout.decode()
    return frozenset(said.split())


def has_screen() -> bool:
    """Return whether a window has a screen to be shown on."""
    return bool(os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY"))


def offer(wishes: Wishes, iso: Path, progress: Progress) -> Offer:
    """Return what this host has for a guest that runs ``iso``; look only for what is needed."""
    if wishes.accelerator:
        accelerator = Accelerator(wishes.accelerator)
    else:
        with progress.step("trying KVM"):
            accelerator = kvm.accelerator(image.kernel(iso))
    uefi = None if wishes.uefi is False else firmware.find(qemu())
    window = machine.wants_window(wishes, has_screen=has_screen())
    return Offer(accelerator, memory(), cpus(), uefi, displays() if window else None)


def qemu() -> Path:
    """Return QEMU's program. Raises StepFailedError if there is none."""
    found = shutil.which(command.PROGRAM)
    if not found:
        remedy = "install QEMU for x86 (Debian: qemu-system-x86, Void: qemu, Fedora: qemu-kvm)"
        raise StepFailedError(f"{command.PROGRAM}: not found", remedy)
    return Path(found)
