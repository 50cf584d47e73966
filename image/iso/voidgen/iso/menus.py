"""Find what of [boot] is missing in an ISO's boot menus. Standard library only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.plan.job_format import IMAGE, SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

ISOLINUX, GRUB = "isolinux.cfg", "grub_void.cfg"
_TIMEOUT = {
    ISOLINUX: lambda seconds: f"TIMEOUT {seconds * 10 or 1 if seconds >= 0 else 0}",
    GRUB: lambda seconds: f"timeout={seconds}",
}
_DEFAULT = {ISOLINUX: "ONTIMEOUT {}", GRUB: "default={}"}
_SERIAL = {ISOLINUX: "SERIAL 0 115200", GRUB: "if serial --unit=0 --speed=115200; then"}
_ONLY = {ISOLINUX: "bios", GRUB: "efi"}


def platforms(names: Iterable[str], folder: Path) -> Iterator[str]:
    """Yield the platforms of mklive whose submenu is missing in the menu in ``folder``."""
    file = folder / GRUB
    text = file.read_text(errors="replace") if file.is_file() else ""
    for name in names:
        if f"--id platform-{name} " not in text:
            yield f"{GRUB} has no submenu of the platform {name}"


def faults(wanted: bytes, folder: Path, iso_paths: Collection[str]) -> Iterator[str]:
    """Yield what the menus in ``folder`` lack of ``wanted``, the job's file (plan/boot_menu.py).

    ``iso_paths`` are the files of the ISO. An ISO for aarch64 has no isolinux.cfg.
    """
    for name in (ISOLINUX, GRUB):
        file = folder / name
        if file.is_file():
            text = file.read_bytes().decode(errors="replace")
            for line in wanted.decode().splitlines():
                yield from (
                    f"the boot menu {name} lacks {what}"
                    for what in _missing(line.split(SEPARATOR), name, text)
                )
    for line in wanted.decode().splitlines():
        kind, *fields = line.split(SEPARATOR)
        if kind in {"bios", "efi"} and f"/boot/extra/{fields[2]}" not in iso_paths:
            yield f"/boot/extra/{fields[2]} is missing in the ISO"


def _missing(words: list[str], name: str, text: str) -> Iterator[str]:
    kind, *fields = words
    lines = {line.strip() for line in text.splitlines()}
    if kind == "timeout" and _TIMEOUT[name](int(fields[0])) not in lines:
        yield "the timeout"
    elif kind == "default" and _DEFAULT[name].format(fields[0]) not in lines:
        yield "the default entry"
    elif kind == "serial" and _SERIAL[name] not in lines:
        yield "the serial port"
    elif kind in {"entry", _ONLY[name]}:
        entry = _entry(fields[0], name, text)
        pattern = re.escape(fields[2]).replace(IMAGE, "[0-9a-f]{16}")
        if fields[1] not in entry or not re.search(pattern, entry):
            yield f"the entry {fields[0]}"


def _entry(identifier: str, name: str, text: str) -> str:
    """Return the lines of an entry; "" if there is none."""
    begin = rf"LABEL {identifier}" if name == ISOLINUX else rf'menuentry [^\n]*--id "{identifier}" '
    end = r"(?=^LABEL |\Z)" if name == ISOLINUX else r"^\}"
    found = re.search(rf"^{begin}.*?{end}", text, re.MULTILINE | re.DOTALL)
    return found[0] if found else ""
