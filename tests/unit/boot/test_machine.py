from pathlib import Path

import pytest
from attrs import evolve

from voidgen.boot import machine
from voidgen.boot.machine import Choice, Offer, Wishes
from voidgen.boot.types import Accelerator, Firmware, Flash, Machine
from voidgen.errors import StepFailedError

UEFI = Firmware(Flash(Path("/code")), Flash(Path("/vars")))
OFFER = Offer(Accelerator("kvm"), 4096, 2, UEFI)


def chosen(wishes: Wishes, offer: Offer = OFFER, *, is_64_bit: bool = True) -> Machine:
    return machine.choose(wishes, offer, is_64_bit=is_64_bit).machine


def test_without_wishes_the_machine_follows_the_host() -> None:
    assert machine.choose(Wishes(), OFFER, is_64_bit=True) == Choice(
        Machine(Accelerator("kvm"), 4096, 2, UEFI)
    )


def test_a_requested_size_may_exceed_the_host() -> None:
    found = chosen(Wishes(memory=1 << 20, cpus=64, dns="8.8.8.8"))
    assert (found.memory, found.cpus, found.dns) == (1 << 20, 64, "8.8.8.8")


@pytest.mark.parametrize(
    ("uefi", "is_64_bit", "firmware"),
    [
        (None, True, UEFI), (None, False, None), (True, True, UEFI), (True, False, UEFI),
        (False, True, None), (False, False, None),
    ],
)  # fmt: skip
def test_firmware(uefi: bool | None, is_64_bit: bool, firmware: Firmware | None) -> None:
    assert chosen(Wishes(uefi=uefi), is_64_bit=is_64_bit).firmware == firmware


def test_requested_uefi_that_is_missing_is_an_error() -> None:
    offer = evolve(OFFER, firmware=None)
    assert chosen(Wishes(), offer).firmware is None
    with pytest.raises(StepFailedError, match="no UEFI firmware"):
        chosen(Wishes(uefi=True), offer)


@pytest.mark.parametrize(
    ("displays", "display"),
    [
        (None, "none"),
        (frozenset({"none", "sdl", "gtk"}), "gtk,gl=off"),
        (frozenset({"none", "sdl"}), "sdl,gl=off"),
    ],
)
def test_display(displays: frozenset[str] | None, display: str) -> None:
    found = machine.choose(Wishes(), evolve(OFFER, displays=displays), is_64_bit=True)
    assert (found.machine.display, found.no_window) == (display, "")


def test_a_qemu_without_window_support_runs_headless_or_fails() -> None:
    offer = evolve(OFFER, displays=frozenset({"none", "curses"}))
    found = machine.choose(Wishes(), offer, is_64_bit=True)
    assert found.machine.display == "none"
    assert "use --headless" in found.no_window
    with pytest.raises(StepFailedError, match="cannot show a window"):
        chosen(Wishes(window=True), offer)


def test_a_window_opens_if_asked_for_or_on_a_screen() -> None:
    assert machine.wants_window(Wishes(window=True), has_screen=False)
    assert not machine.wants_window(Wishes(window=False), has_screen=True)
    assert machine.wants_window(Wishes(), has_screen=True)
    assert not machine.wants_window(Wishes(), has_screen=False)
