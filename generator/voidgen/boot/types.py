"""A virtual machine and the places of one run, as types. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from pathlib import Path


@frozen
class Flash:
    """A firmware image in pflash: its file, and its format (``raw`` or ``qcow2``)."""

    file: Path
    format: str = "raw"


@frozen
class Firmware:
    """UEFI: the code, and the template of its variables."""

    code: Flash
    variables: Flash


@frozen
class Accelerator:
    """How the guest's processor runs: ``kvm`` or ``tcg``, and its model; ``why`` TCG was chosen."""

    name: str
    cpu: str = "max"
    why: str = ""


@frozen
class Machine:
    """A PC (q35); ``memory`` in MiB, ``display`` as QEMU's -display takes it.

    Without ``firmware`` it has a BIOS. ``dns`` is the name server that the guest gets by DHCP;
    empty for QEMU's own.
    """

    accelerator: Accelerator
    memory: int
    cpus: int
    firmware: Firmware | None = None
    display: str = "none"
    dns: str = ""


@frozen
class Kernel:
    """A kernel that is started without a boot loader: its files and its command line."""

    kernel: Path
    initrd: Path
    cmdline: str


@frozen
class Medium:
    """What starts: ``iso``, or its ``kernel`` without a boot loader.

    With ``netboot``, the URL of a script for iPXE, there is no CD drive.
    """

    iso: Path
    kernel: Kernel | None = None
    netboot: str = ""


@frozen
class Run:
    """One run: what starts, and the places of its sockets and log.

    Sockets are named from the folder in which QEMU starts, because the path of one may have 107
    characters at most (unix(7)). ``qmp`` and ``serial`` are file descriptors that QEMU inherits;
    without ``serial``, the console is the socket `SERIAL`. ``variables`` is UEFI's memory. With
    ``once``, a restart of the guest ends the machine.
    """

    medium: Medium
    log: Path
    qmp: int
    serial: int | None = None
    variables: Path | None = None
    once: bool = False


SERIAL = "live-serial.sock"
MONITOR = "qemu-monitor.sock"
LONGEST_TEST = 900
"""Seconds: without KVM, a desktop image takes minutes to boot."""
