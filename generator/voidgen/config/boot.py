"""The table [boot] of voidgen.toml; documentation and schema keep the order of the fields."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from attrs import field, frozen

from voidgen.config import kernel_parameters, persistence, rules
from voidgen.schema.rule import MisfitError, Rule

Colour = Literal[
    "black", "blue", "green", "cyan", "red", "magenta", "brown", "light-gray",
    "dark-gray", "light-blue", "light-green", "light-cyan", "light-red", "light-magenta",
    "yellow", "white",
]  # fmt: skip
"""The colours of GRUB's menu (GRUB's manual, "Theme file format" and `color_normal`)."""

OF_MKLIVE = ("linux", "linuxram", "linuxnogfx")
"""Entries that both of mklive's boot menus have: the system, in memory, and without graphics."""
SERIAL = "serial"
"""The entry that `serial` adds."""
LONGEST = 3599
"""Seconds; isolinux counts tenths of a second, and stops below an hour (syslinux, doc/menu.txt)."""

ID = Rule("an entry's name: lowercase letters and digits, a letter first", "[a-z][a-z0-9]*")
TITLE = Rule(
    "one line of text without ^ | & \\ \" ' ` $ { } (boot menus read them)",
    r"[^\x00-\x1f\x7f^|&\\\x22'`${}]{1,70}",
)
FILE = Rule(
    'a file inside the project whose name boot menus can read, like "boot/ipxe.efi"',
    r"(?:\./)?(?:(?!\.\.?/)[A-Za-z0-9._+-]+/)*(?!\.)[A-Za-z0-9._+-]+",
)
PICTURE = Rule(
    'a PNG inside the project, like "boot/splash.png"',
    r"(?:\./)?(?:(?!\.\.?/)[A-Za-z0-9._+-]+/)*(?!\.)[A-Za-z0-9._+-]+\.png",
)
Id = Annotated[str, ID]


@frozen
class Entry:
    """An entry: the system with more kernel parameters, or a program that the firmware starts."""

    title: Annotated[str, TITLE] = field(metadata={"help": "the entry's line in the menu"})
    cmdline: tuple[rules.Parameter, ...] = field(
        default=(), metadata={"help": "kernel parameters, in addition to those of the image"}
    )
    bios: Annotated[str, FILE] | None = field(
        default=None,
        metadata={"help": "program that isolinux starts, such as memtest.bin or ipxe.lkrn"},
    )
    efi: Annotated[str, FILE] | None = field(
        default=None, metadata={"help": "program that GRUB starts with UEFI, such as ipxe.efi"}
    )

    def __attrs_post_init__(self) -> None:
        if self.cmdline and self.files():
            what = "an entry has kernel parameters or a program, not both"
            raise MisfitError(what, ("cmdline",), remedy="write two entries")
        if not self.cmdline and not self.files():
            what = "does the same as mklive's first entry"
            raise MisfitError(what, ("title",), remedy="set cmdline, or bios and efi")
        kernel_parameters.check(self.cmdline, may_derive=True)

    def files(self) -> tuple[str, ...]:
        """Return the programs, as paths in the project."""
        return tuple(one for one in (self.bios, self.efi) if one)


@frozen
class Colours:
    """The menu's colours, by the names that GRUB has for them."""

    text: Colour = field(default="light-gray", metadata={"help": "entries and messages"})
    selected_text: Colour = field(default="white", metadata={"help": "the chosen entry"})
    selected: Colour = field(default="green", metadata={"help": "background of the chosen entry"})


@frozen
class Boot:
    """The boot menus, of BIOS (isolinux) and of UEFI (GRUB) alike."""

    timeout: int = field(
        default=15,
        metadata={"help": "seconds until the default entry starts; 0 starts it at once, -1 never"},
    )
    default: Id = field(
        default="linux",
        metadata={
            "help": f"the default entry: one of yours, {', '.join(OF_MKLIVE)}, {SERIAL} or "
            f"{persistence.ENTRY}"
        },
    )
    serial: bool = field(
        default=False,
        metadata={
            "help": "show the menu also on the first serial port, at 115200 baud, with an entry "
            f"{SERIAL!r} whose console is there"
        },
    )
    splash: Annotated[str, PICTURE] | None = field(
        default=None,
        metadata={"help": "background picture: a PNG of 640x480 pixels without transparency"},
    )
    colours: Colours | None = field(default=None, metadata={"help": Colours.__doc__})
    entries: Mapping[Id, Entry] = field(
        factory=lambda: MappingProxyType({}),
        metadata={"help": "more entries, each a table [boot.entries.NAME]"},
    )

    def __attrs_post_init__(self) -> None:
        if not -1 <= self.timeout <= LONGEST:
            what = f"expected -1 or a number from 0 to {LONGEST}, got {self.timeout}"
            raise MisfitError(what, ("timeout",), remedy="write -1 to wait for the user")
        for name in self.entries:
            if name.startswith("linux") or name in {SERIAL, persistence.ENTRY, *OTHERS}:
                what = f"the menu may have an entry {name!r} already"
                raise MisfitError(what, ("entries", name), remedy="choose another name")
        known = (*OF_MKLIVE, *([SERIAL] if self.serial else []), *self.entries)
        # Another table, [live], adds the entry that keeps changes.
        if self.default not in (*known, persistence.ENTRY):
            what = f"the menu has no entry {self.default!r}"
            raise MisfitError(what, ("default",), remedy=f"use one of: {', '.join(known)}")

    def files(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield each file of the project, with its key below [boot]."""
        if self.splash:
            yield ("splash",), self.splash
        for name, entry in self.entries.items():
            for key, file in (("bios", entry.bios), ("efi", entry.efi)):
                if file:
                    yield ("entries", name, key), file


OTHERS = frozenset({"c", "memtest", "reboot", "restart", "poweroff", "uefifw"})
"""Names of mklive's entries that start no system."""
