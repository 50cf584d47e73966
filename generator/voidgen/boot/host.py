"""What this machine can give to a virtual one."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.boot import command
from voidgen.boot.types import Accelerator
from voidgen.errors import StepFailedError
from voidgen.system import process

if TYPE_CHECKING:
    from collections.abc import Sequence

MEMORY, CPUS = 12288, 4
"""MiB and processors of the machine that images are tried on, where the host has as many."""
LEAST = 1024
"""MiB below which a live system has no room for its own files."""
SHARE = 3, 4
"""Of the free memory, what a guest may have at most."""

TRIAL = 20
"""Seconds that the kernel's start may take under KVM; where that works it takes about one."""
KVM = Path("/dev/kvm")
MSR = b"0x10a"
"""IA32_ARCH_CAPABILITIES, which a KVM inside of another may refuse to set."""


def memory() -> int:
    """MiB for the guest."""
    try:
        found = re.search(
            r"^MemAvailable:\s+(\d+) kB$", Path("/proc/meminfo").read_text(), re.MULTILINE
        )
    except OSError:
        found = None
    free = int(found[1]) >> 10 if found else MEMORY
    return max(LEAST, min(MEMORY, free * SHARE[0] // SHARE[1]))


def cpus() -> int:
    """Processors for the guest."""
    return min(CPUS, len(os.sched_getaffinity(0)))


def displays() -> frozenset[str]:
    """The displays that QEMU was built with."""
    said = process.ask([command.PROGRAM, "-display", "help"], cwd=Path("/")).stdout.decode()
    return frozenset(said.split())


def window(built: frozenset[str]) -> str:
    """QEMU's -display for a window, without OpenGL as on the machines tried; empty for none."""
    return next((f"{name},gl=off" for name in ("gtk", "sdl") if name in built), "")


def has_screen() -> bool:
    """Whether a window has somewhere to go."""
    return bool(os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY"))


def accelerator(kernel: bytes | None) -> Accelerator:
    """KVM where ``kernel``, the image's own, starts under it, and TCG otherwise, saying why.

    A /dev/kvm may be there, be opened, and still run no guest.
    """
    if not os.access(KVM, os.R_OK | os.W_OK):
        there = f"{KVM} may not be used by you" if KVM.exists() else f"there is no {KVM}"
        return Accelerator("tcg", why=there)
    if kernel is None:
        return Accelerator("tcg", why="the ISO has no kernel to try KVM with")
    with tempfile.TemporaryDirectory(prefix="voidgen-kvm-") as place:
        return _tried(kernel, Path(place), ("max", "max,arch-capabilities=off"))


def _tried(kernel: bytes, place: Path, models: Sequence[str]) -> Accelerator:
    file, console = place / "vmlinuz", place / "console"
    file.write_bytes(kernel)
    why = ""
    for cpu in models:
        console.write_bytes(b"")
        said = _messages(command.trial(file, cpu, console), place)
        # Without a root there is nothing else that it can come to.
        if b"Kernel panic" in console.read_bytes():
            return Accelerator("kvm", cpu)
        lines = said.decode(errors="replace").strip().splitlines()
        why = why or (lines[0] if lines else f"the kernel did not start in {TRIAL} s")
        if MSR not in said or not _nested():
            break
    return Accelerator("tcg", why=f"it does not work here: {why}")


def _messages(argv: Sequence[str], place: Path) -> bytes:
    """What QEMU says; nothing where it had to be ended."""
    try:
        return process.run(argv, cwd=place, check=False, timeout=TRIAL).stderr
    except TimeoutError:
        return b""


def _nested() -> bool:
    """Whether the processor has what KVM needs; without it, a /dev/kvm is somebody's own."""
    try:
        return bool(
            re.search(r"^flags\s*:.*\b(vmx|svm)\b", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
        )
    except OSError:
        return False


def qemu() -> Path:
    """QEMU's program; StepFailedError where there is none."""
    found = shutil.which(command.PROGRAM)
    if not found:
        remedy = "install QEMU for x86 (Debian: qemu-system-x86, Void: qemu, Fedora: qemu-kvm)"
        raise StepFailedError(f"{command.PROGRAM}: not found", remedy)
    return Path(found)
