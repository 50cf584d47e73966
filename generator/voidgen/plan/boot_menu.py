"""The boot menu's part of mklive's job, which scripts/boot-menu.sh applies. Pure."""

from __future__ import annotations

import struct
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

from voidgen.config import persistence
from voidgen.config.boot import SERIAL
from voidgen.plan.job_format import BOOT_MENU, IMAGE, SEPARATOR, lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from voidgen.config.boot import Boot

RGB: Mapping[str, str] = MappingProxyType(
    {
        "black": "000000", "blue": "0000a8", "green": "00a800", "cyan": "00a8a8",
        "red": "a80000", "magenta": "a800a8", "brown": "a85400", "light-gray": "a8a8a8",
        "dark-gray": "545454", "light-blue": "5454fe", "light-green": "54fe54",
        "light-cyan": "54fefe", "light-red": "fe5454", "light-magenta": "fe54fe",
        "yellow": "fefe54", "white": "fefefe",
    }
)  # fmt: skip
"""GRUB's colours as it draws them (grub-core/video/fb/fbfill.c, grub_video_fbstd_colors)."""
CONSOLE = "console=tty0 console=ttyS0,115200"
KEEPS = "Keep changes on the stick"


def emitted(boot: Boot, contents: Mapping[str, bytes], label: str = "") -> dict[str, bytes]:
    """Return the files of the job by name.

    ``contents`` are the project's files by path, ``label`` is that of `[live] persistence`.
    """
    found = {BOOT_MENU: lines(SEPARATOR.join(line) for line in _lines(boot, label))}
    for key, file in boot.files():
        found[_name(key, file)] = contents[file]
    return found


def _name(key: tuple[str, ...], file: str) -> str:
    """Return the name in the job, and in the ISO, of a program or picture."""
    return "boot-" + "-".join([*key[1:-1], key[-1]]) + PurePosixPath(file).suffix


def _lines(boot: Boot, label: str) -> Iterator[tuple[str, ...]]:
    yield "timeout", str(boot.timeout)
    yield "default", boot.default
    if boot.colours:
        named = (boot.colours.text, boot.colours.selected_text, boot.colours.selected)
        yield ("colours", *named, *(RGB[one] for one in named))
    if boot.splash:
        yield "splash", _name(("splash",), boot.splash)
    if boot.serial:
        yield ("serial",)
        yield "entry", SERIAL, "Serial console", CONSOLE
    if label:
        yield "entry", persistence.ENTRY, KEEPS, " ".join(overlay(label))
    for name, entry in boot.entries.items():
        if entry.cmdline:
            yield "entry", name, entry.title, " ".join(entry.cmdline)
        for kind, file in (("bios", entry.bios), ("efi", entry.efi)):
            if file:
                yield kind, name, entry.title, _name(("entries", name, kind), file)


def overlay(label: str) -> tuple[str, ...]:
    """Return dracut's parameters for changes on the partition ``label`` (dracut.cmdline(7)).

    The folder is the image's own, as changes fit only the files that they were made to. Without the
    last parameter, dracut waits for the Enter key if it does not find the folder.
    """
    place = f"LABEL={label}:/{IMAGE}/changes"
    return f"rd.live.overlay={place}", "rd.live.overlay.nouserconfirmprompt"


def unfit_picture(data: bytes) -> str:
    """Return why both boot menus cannot show the picture ``data``, or "".

    vesamenu.c32 has a screen of 640x480 pixels; GRUB reads no interlaced PNG, and no more than
    eight bits of a colour well (grub-core/video/readers/png.c).
    """
    try:
        start, kind, width, height, depth, colour, interlaced = _PNG.unpack_from(data)
    except struct.error:
        return "is no PNG"
    if (start, kind) != (_SIGNATURE, b"IHDR"):
        return "is no PNG"
    if (width, height) != _SIZE:
        return f"has {width}x{height} pixels"
    if depth != _DEPTH or colour not in _COLOUR_TYPES:
        return "has another kind of colours"
    return "is interlaced" if interlaced else ""


_PNG = struct.Struct(">8s4x4sIIBBxxB")
"""Signature, and the first chunk's type and content (PNG specification, 5.2 and 11.2.2)."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SIZE, _DEPTH, _COLOUR_TYPES = (640, 480), 8, {2, 6}
