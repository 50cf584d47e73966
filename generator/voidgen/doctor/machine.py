"""Check what `voidgen boot` needs: QEMU, its firmware, and KVM, which must run a guest."""

from __future__ import annotations

import fcntl
import os
import platform
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.boot import command, firmware, kvm
from voidgen.boot.kvm import Trial
from voidgen.doctor.remedies import lines
from voidgen.outcome.types import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.doctor.host import Host

NAMES = ("QEMU", "OVMF", "KVM")
"""The names of the checks, in their order."""
SECTOR = bytes.fromhex("b010 e6f4 f4 ebfd").ljust(510, b"\0") + b"\x55\xaa"
"""A boot sector: ``mov al, 0x10; out 0xf4, al``, and halt."""
DISK = SECTOR.ljust(1 << 20, b"\0")
"""A disk with that boot sector; larger than it, because a BIOS does not boot tiny disks."""
ENDED_BY_GUEST = 0x10 << 1 | 1
"""QEMU's exit status when a guest writes 0x10 to isa-debug-exit."""
CREATE_VM = 0xAE01
"""KVM_CREATE_VM (linux/kvm.h)."""


def check(host: Host) -> Iterator[Outcome]:
    """Check QEMU, OVMF and KVM. Without any of them, images can still be built."""
    family = host.family()
    answer = host.ask([command.PROGRAM, "--version"])
    version = re.search(r"version (\S+)", answer.out)
    if version:
        yield Outcome("QEMU", "passed", version[1])
    else:
        what = f"{answer.last}: `voidgen boot` needs it"
        yield Outcome("QEMU", "warning", what, lines("qemu", family))
    yield _firmware(host, family)
    yield _kvm(host, family, qemu=version is not None)


def _firmware(host: Host, family: str) -> Outcome:
    program = shutil.which(command.PROGRAM)
    found = firmware.find(Path(program) if program else None, host.root)
    if found:
        return Outcome("OVMF", "passed", str(found.code.file))
    what = "no UEFI firmware for QEMU: `voidgen boot` can boot with BIOS only"
    return Outcome("OVMF", "warning", what, lines("ovmf", family))


def _kvm(host: Host, family: str, *, qemu: bool) -> Outcome:
    """Run a guest, because /dev/kvm can exist and still not work."""
    device = host.root / "dev/kvm"
    slow = "`voidgen boot` is slow without it"
    if platform.machine() not in {"x86_64", "i686"}:
        what = f"{platform.machine()} has no KVM for x86: {slow}"
        return Outcome("KVM", "warning", what)
    match kvm.state_of(device):
        case "missing":
            return Outcome("KVM", "warning", f"no /dev/kvm: {slow}", lines("kvm", family))
        case "denied":
            what = f"you may not use /dev/kvm: {slow}"
            return Outcome("KVM", "warning", what, lines("kvm-group", family))
    why = _guest(host) if qemu else _machine(device)
    if why:
        return Outcome("KVM", "warning", f"{why}: {slow}", lines("kvm-broken", family))
    return Outcome("KVM", "passed", "a guest runs" if qemu else "creates virtual machines")


def _machine(device: Path) -> str:
    """Return why KVM cannot create a virtual machine, or "" if it can."""
    try:
        with device.open("r+b", buffering=0) as stream:
            os.close(fcntl.ioctl(stream, CREATE_VM, 0))
    except OSError as error:
        return f"/dev/kvm cannot create a virtual machine ({error.strerror})"
    return ""


def _guest(host: Host) -> str:
    """Return why no guest runs under KVM, or "" if one does."""
    return kvm.find_model(lambda model: _start(host, model))[1]


def _start(host: Host, model: str) -> Trial:
    with tempfile.TemporaryDirectory(prefix="voidgen-") as folder:
        disk = Path(folder, "disk")
        disk.write_bytes(DISK)
        drive = f"file={command.value(disk)},format=raw,if=ide"
        argv = [
            command.PROGRAM, "-accel", "kvm", "-cpu", model, "-machine", "q35", "-m", "64",
            "-nodefaults", "-display", "none", "-no-reboot", "-drive", drive,
            "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
        ]  # fmt: skip
        answer = host.ask(argv)
    runs = answer.status == ENDED_BY_GUEST
    return Trial(runs, f"no guest runs ({answer.last})", answer.err)
