"""Choose the virtual machine, from what the user asked for and what the host has. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.boot.types import Machine
from voidgen.errors import StepFailedError

if TYPE_CHECKING:
    from voidgen.boot.types import Accelerator, Firmware


@frozen
class Wishes:
    """What the user asked for; None leaves the choice to voidgen."""

    uefi: bool | None = None
    accelerator: str | None = None
    memory: int | None = None
    cpus: int | None = None
    window: bool | None = None
    dns: str | None = None


@frozen
class Offer:
    """What the host has for a guest.

    ``memory`` is in MiB, ``firmware`` is UEFI if the host has one, and ``displays`` are those of
    its QEMU, or None if no window is wanted.
    """

    accelerator: Accelerator
    memory: int
    cpus: int
    firmware: Firmware | None = None
    displays: frozenset[str] | None = None


@frozen
class Choice:
    """A machine; ``no_window`` says why it has no window, if it should have one."""

    machine: Machine
    no_window: str = ""


def wants_window(wishes: Wishes, *, has_screen: bool) -> bool:
    """Return whether to show the guest's screen; ``has_screen`` is whether the host can."""
    return has_screen if wishes.window is None else wishes.window


def choose(wishes: Wishes, offer: Offer, *, is_64_bit: bool) -> Choice:
    """Return the machine for an image; voidgen chooses UEFI by itself only for 64 bits.

    Raises StepFailedError if the host lacks the UEFI or the window that the user asked for.
    """
    firmware = _firmware(wishes, offer, is_64_bit=is_64_bit)
    display = "none" if offer.displays is None else _display(offer.displays)
    no_window = ""
    if not display:
        what = "this QEMU cannot show a window: it has neither GTK nor SDL"
        remedy = "install it (Debian: qemu-system-gui), or use --headless"
        if wishes.window:
            raise StepFailedError(what, remedy)
        no_window = f"{what}: {remedy}"
    machine = Machine(
        offer.accelerator,
        wishes.memory or offer.memory,
        wishes.cpus or offer.cpus,
        firmware,
        display or "none",
        wishes.dns or "",
    )
    return Choice(machine, no_window)


def _firmware(wishes: Wishes, offer: Offer, *, is_64_bit: bool) -> Firmware | None:
    """Return UEFI, or None for a BIOS: no 64-bit firmware starts a loader for 32 bits."""
    if wishes.uefi is False or (wishes.uefi is None and not is_64_bit):
        return None
    if offer.firmware is None and wishes.uefi:
        remedy = "install OVMF (Debian: ovmf; Arch, Fedora: edk2-ovmf), or use --bios"
        raise StepFailedError("no UEFI firmware for QEMU was found", remedy)
    return offer.firmware


def _display(displays: frozenset[str]) -> str:
    """Return QEMU's -display for a window, "" if it has none.

    OpenGL is off, as on the machines that this was tried on.
    """
    return next((f"{name},gl=off" for name in ("gtk", "sdl") if name in displays), "")
