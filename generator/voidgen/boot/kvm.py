"""Test whether KVM runs a guest here: even a device that opens may not."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from attrs import frozen

from voidgen.boot import command
from voidgen.boot.types import Accelerator
from voidgen.system import process

if TYPE_CHECKING:
    from collections.abc import Callable

DEVICE = Path("/dev/kvm")
MODELS = ("max", "max,arch-capabilities=off")
"""Models of QEMU's -cpu to try, in this order."""
MSR = "0x10a"
"""IA32_ARCH_CAPABILITIES, which a KVM inside of another may refuse to set."""
TRIAL_SECONDS = 20
"""Maximum time for the kernel's start under KVM; if KVM works, it takes about one second."""

State = Literal["missing", "denied", "usable"]


@frozen
class Trial:
    """One start of a guest: whether it ran, if not why in one line, and all that QEMU printed."""

    runs: bool
    why: str = ""
    printed: str = ""


def state_of(device: Path) -> State:
    """Return whether ``device`` is there and can be opened."""
    if os.access(device, os.R_OK | os.W_OK):
        return "usable"
    return "denied" if device.exists() else "missing"


def find_model(start: Callable[[str], Trial]) -> tuple[str, str]:
    """Return the first of `MODELS` that runs the guest, or "" and why the first one does not.

    ``start`` starts the guest with a model.
    """
    why = ""
    for model in MODELS:
        trial = start(model)
        if trial.runs:
            return model, ""
        why = why or trial.why
        if MSR not in trial.printed or not _is_nested():
            break
    return "", why


def accelerator(kernel: bytes | None) -> Accelerator:
    """Return KVM if ``kernel``, the image's own, starts under it, or else TCG and why."""
    match state_of(DEVICE):
        case "missing":
            return Accelerator("tcg", why=f"there is no {DEVICE}")
        case "denied":
            return Accelerator("tcg", why=f"you may not use {DEVICE}")
    if kernel is None:
        return Accelerator("tcg", why="the ISO has no kernel to try KVM with")
    with tempfile.TemporaryDirectory(prefix="voidgen-kvm-") as folder:
        file = Path(folder, "vmlinuz")
        file.write_bytes(kernel)
        model, why = find_model(lambda model: _start(file, model))
    if model:
        return Accelerator("kvm", model)
    return Accelerator("tcg", why=f"it does not work here: {why}")


def _start(kernel: Path, model: str) -> Trial:
    console = kernel.with_name("console")
    console.write_bytes(b"")
    argv = command.trial(kernel, model, console)
    try:
        done = process.run(argv, cwd=kernel.parent, check=False, timeout=TRIAL_SECONDS)
        printed = done.stderr.decode(errors="replace").strip()
    except TimeoutError:
        printed = ""
    # Without a root file system, a kernel that starts ends like this.
    if b"Kernel panic" in console.read_bytes():
        return Trial(runs=True)
    why = printed.partition("\n")[0] or f"the kernel did not start in {TRIAL_SECONDS} s"
    return Trial(runs=False, why=why, printed=printed)


def _is_nested() -> bool:
    """Return whether the processor has what KVM needs; if not, /dev/kvm is an emulation."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return False
    return bool(re.search(r"^flags\s*:.*\b(vmx|svm)\b", text, re.MULTILINE))
