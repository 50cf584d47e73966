"""QEMU's command line (qemu-system-x86_64(1)). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.boot.types import MONITOR, SERIAL

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.boot.types import Flash, Kernel, Machine, Medium, Run

PROGRAM = "qemu-system-x86_64"
_CDROM = "if=ide,index=2,media=cdrom,readonly=on,format=raw"
"""The options of the CD drive. ``format`` keeps QEMU from guessing.

QEMU would treat a file that begins like QCOW2 as such an image. That image could name any file of
the host, and QEMU would read it.
"""


def argv(machine: Machine, run: Run) -> list[str]:
    """Return the command line, for a start in the folder of the run's sockets."""
    return [
        PROGRAM,
        *("-name", value(f"voidgen-{run.medium.iso.stem}")),
        *_processor(machine),
        *("-smp", str(machine.cpus)),
        *_firmware(machine, run),
        *_medium(run.medium),
        *_kernel(run.medium.kernel),
        *("-netdev", _network(machine.dns, run.medium.netboot)),
        *("-device", "virtio-net-pci,netdev=n0"),
        *("-chardev", f"socket,id=serial0,{_serial(run)},logfile={value(run.log)},logappend=off"),
        *("-serial", "chardev:serial0"),
        *("-monitor", f"unix:{MONITOR},server=on,wait=off"),
        *("-chardev", f"socket,id=qmp,fd={run.qmp}"),
        *("-mon", "chardev=qmp,mode=control"),
        *("-device", "virtio-vga"),
        *("-display", machine.display),
        *(("-no-reboot",) if run.once else ()),
    ]


def trial(kernel: Path, cpu: str, console: Path) -> list[str]:
    """Return the command line to start ``kernel`` without a disk, until it gives up."""
    return [
        PROGRAM,
        *("-machine", "q35,accel=kvm", "-cpu", cpu, "-m", "512"),
        *("-display", "none", "-monitor", "none", "-nic", "none", "-no-reboot"),
        *("-chardev", f"file,id=serial0,path={value(console)}", "-serial", "chardev:serial0"),
        *("-kernel", str(kernel), "-append", "console=ttyS0,115200 quiet panic=-1"),
    ]


def value(path: Path | str) -> str:
    """Return a path or name for a list of options, in which a comma ends the value."""
    return str(path).replace(",", ",,")


def _processor(machine: Machine) -> list[str]:
    how = machine.accelerator
    return ["-machine", f"q35,accel={how.name}", "-cpu", how.cpu, "-m", str(machine.memory)]


def _firmware(machine: Machine, run: Run) -> list[str]:
    if machine.firmware is None or run.variables is None:
        return []
    code, variables = machine.firmware.code, machine.firmware.variables
    return [
        *("-drive", f"{_flash(code, code.file)},readonly=on"),
        *("-drive", _flash(variables, run.variables)),
    ]


def _flash(flash: Flash, file: Path) -> str:
    return f"if=pflash,format={flash.format},file={value(file)}"


def _medium(medium: Medium) -> list[str]:
    if medium.netboot:
        return ["-boot", "order=n,menu=off"]
    return ["-drive", f"{_CDROM},file={value(medium.iso)}", "-boot", "order=d,menu=off"]


def _network(dns: str, netboot: str) -> str:
    options = (("dns", dns), ("bootfile", value(netboot)))
    return "user,id=n0" + "".join(f",{name}={text}" for name, text in options if text)


def _kernel(kernel: Kernel | None) -> list[str]:
    if kernel is None:
        return []
    files = ("-kernel", str(kernel.kernel), "-initrd", str(kernel.initrd))
    return [*files, "-append", kernel.cmdline]


def _serial(run: Run) -> str:
    return f"path={SERIAL},server=on,wait=off" if run.serial is None else f"fd={run.serial}"
