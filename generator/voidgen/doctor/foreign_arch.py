"""Check that this machine runs the programs of an image of another architecture."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.doctor.nix_settings import COMMAND
from voidgen.doctor.remedies import lines
from voidgen.nix import builders
from voidgen.outcome.types import Outcome
from voidgen.plan.plan import SYSTEMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from voidgen.config.types import Config
    from voidgen.doctor.host import Host

BINFMT = "/proc/sys/fs/binfmt_misc"
HEADERS = {
    name: b"\x7fELF" + bytes([width, 1, 1]) + bytes(9) + b"\x02\0" + machine.to_bytes(2, "little")
    for name, width, machine in (
        ("aarch64-linux", 2, 183), ("i686-linux", 1, 3), ("x86_64-linux", 2, 62),
    )
}  # fmt: skip
"""The first bytes of each system's programs (elf(5)), by which the kernel recognises them."""
NATIVE = {("x86_64-linux", "i686-linux")}
"""Pairs of a machine's system and another system whose programs its kernel runs."""
FIX_BINARY = "F"
"""The flag that makes the kernel open the interpreter once, so that it works in any root."""


@frozen
class Interpreter:
    """A registration of binfmt_misc: the program that the kernel starts, and the flags."""

    program: str
    flags: str


def check(host: Host, images: Iterable[Config]) -> Iterator[Outcome]:
    """Check what ``images`` of other systems need; nothing for those of this machine's system."""
    makes_iso: dict[str, bool] = {}
    for one in images:
        wanted = SYSTEMS[one.image.arch]
        makes_iso[wanted] = makes_iso.get(wanted, False) or one.mklive is not None
    for wanted, makes in makes_iso.items():
        yield from _of_system(host, wanted, makes_iso=makes)


def _of_system(host: Host, wanted: str, *, makes_iso: bool) -> Iterator[Outcome]:
    settings_of_nix = _settings(host)
    here = settings_of_nix.get("system", wanted)
    if wanted == here:
        return
    family = host.family()
    builder = _builder(host, settings_of_nix.get("builders", ""), wanted, here)
    if (here, wanted) not in NATIVE and not (builder and not makes_iso):
        yield _kernel(host, family, wanted)
    name = f"Nix for {wanted}"
    if builder:
        yield Outcome(name, "passed", f"{builder} builds for it")
    elif wanted in settings_of_nix.get("extra-platforms", "").split():
        yield Outcome(name, "passed", "in extra-platforms")
    else:
        what = f"Nix does not build for {wanted}: it is not in extra-platforms of nix.conf"
        yield Outcome(name, "failed", what, lines("extra-platforms", family, system=wanted))


def _kernel(host: Host, family: str, wanted: str) -> Outcome:
    name, remedy = f"programs of {wanted}", lines("binfmt", family, system=wanted)
    found = _interpreters(host, HEADERS[wanted])
    fixed = next((one for one in found if FIX_BINARY in one.flags), None)
    if fixed:
        return Outcome(name, "passed", f"{fixed.program} runs them")
    if found:
        what = f"{found[0].program} is registered without the flag F, so containers cannot use it"
        return Outcome(name, "failed", what, remedy)
    what = "this machine cannot run them: binfmt_misc has no qemu for them"
    return Outcome(name, "failed", what, remedy)


def _interpreters(host: Host, header: bytes) -> list[Interpreter]:
    """Return the interpreters with which the kernel starts programs that have ``header``.

    The files are those of binfmt_misc (Linux, Documentation/admin-guide/binfmt-misc.rst).
    """
    if host.read(f"{BINFMT}/status") != "enabled":
        return []
    folder = host.root / BINFMT.lstrip("/")
    texts = [host.read(f"{BINFMT}/{file.name}") for file in sorted(folder.iterdir())]
    return [one for text in texts if (one := _interpreter(text, header))]


def _interpreter(text: str, header: bytes) -> Interpreter | None:
    if text.partition("\n")[0] != "enabled":
        return None
    fields = dict(re.findall(r"^(interpreter|flags:|offset|magic|mask) (.*)$", text, re.MULTILINE))
    try:
        magic = bytes.fromhex(fields["magic"])
        mask = bytes.fromhex(fields.get("mask", "ff" * len(magic)))
        offset = int(fields.get("offset", "0"))
    except (KeyError, ValueError):
        return None
    begins = header[offset : offset + len(magic)].ljust(len(magic), b"\0")
    if any((one ^ other) & bits for one, other, bits in zip(begins, magic, mask, strict=False)):
        return None
    return Interpreter(fields.get("interpreter", ""), fields.get("flags:", ""))


def _builder(host: Host, setting: str, wanted: str, here: str) -> str:
    """Return the machine that Nix sends builds for ``wanted`` to; "" if it sends them to none."""
    found = builders.parse(setting, host.read, here)
    return next((one.url for one in found if one.takes(wanted)), "")


def _settings(host: Host) -> Mapping[str, str]:
    """Return Nix's settings by name; empty if Nix does not print them."""
    for words in (["show-config"], ["config", "show"]):
        answer = host.ask([*COMMAND, *words])
        if answer.status == 0:
            return dict(re.findall(r"^(\S+) = (.*)$", answer.out, re.MULTILINE))
    return {}
