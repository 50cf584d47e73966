"""Boot an image over the network: an ISO's kernel, initramfs and squashfs, and an iPXE script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULE = "netboot"
"""The overlay module by which the initramfs can fetch the squashfs."""
SCRIPT, INITRD, SQUASHFS = "boot.ipxe", "initrd", "squashfs.img"
MENU = "/boot/grub/grub_void.cfg"
"""GRUB's boot menu in the ISO, which every architecture has."""

_ENTRY = re.compile(
    r"""^menuentry\ "(?P<title>[^"\n]*)"\ --id\ "(?P<id>[a-z0-9-]+)"[^\n]*\{\n
    (?P<body>.*?)^\}""",
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)
_LINUX = re.compile(r"^\s*linux \S*/boot/(vmlinu[xz]) (.*)$", re.MULTILINE)
_CONTINUED = re.compile(r"\\\n\s*")
_DEFAULT = re.compile(r"^(?:set )?default=[\"']?([a-z0-9-]+)", re.MULTILINE)
_TIMEOUT = re.compile(r"^(?:set )?timeout=[\"']?(-?\d+)", re.MULTILINE)
_SPECIAL = re.compile(r"(?<!\S)(?:#+|-+(?=\S)|;(?!\S))")
_ROOT = "root=live:"
_NETWORK = (
    f"{_ROOT}${{base-url}}{SQUASHFS} "
    "ip=${netX/ip}::${netX/gateway}:${netX/netmask}:::none nameserver=${netX/dns} "
    "BOOTIF=01-${netX/mac:hexhyp} ${parameters}"
)
"""Kernel parameters for dracut: where the squashfs is, and the network as iPXE has set it up.

dracut cannot ask for an address itself. mklive's module autoinstaller installs dhclient's own
script, in the place of the one by which dracut learns that the network is up.
"""
_IN_MEMORY = "rd.live.ram"
"""Over a network, the squashfs is in memory anyway. This parameter would make a second copy."""


@frozen
class Entry:
    """An entry of the boot menu that starts the system."""

    id: str
    title: str
    kernel: str
    cmdline: tuple[str, ...]


@frozen
class Menu:
    """The entries that work over a network; ``default`` starts after ``timeout`` seconds.

    0 starts it at once, and -1 never.
    """

    entries: tuple[Entry, ...]
    default: str
    timeout: int

    @property
    def kernel(self) -> str:
        """Return the kernel's name in the ISO's folder /boot."""
        return self.entries[0].kernel


def read_menu(text: str) -> Menu | None:
    """Return what GRUB's menu ``text`` says; None if it has no entry that starts the system."""
    entries = tuple(_entries(text))
    if not entries:
        return None
    names = [one.id for one in entries]
    default, timeout = _DEFAULT.search(text), _TIMEOUT.search(text)
    chosen = default[1] if default and default[1] in names else names[0]
    return Menu(entries, chosen, int(timeout[1]) if timeout else -1)


def script(menu: Menu, name: str, title: str) -> str:
    """Return the script for iPXE (https://ipxe.org/scripting) that shows ``menu``.

    ``name`` is the image's, ``title`` its title. The script finds the other files beside itself.
    """
    return "\n".join(
        (
            "#!ipxe",
            f"# {name}, made by voidgen. The other files are beside this script, or at the URL",
            "# ${base-url}, which ends with a slash. iPXE has ${cwduri} since March 2024.",
            "isset ${base-url} || set base-url ${cwduri}",
            "isset ${base-url} || goto old",
            *(_choice(menu, title) if menu.timeout else (f"goto {menu.default}",)),
            *(line for one in menu.entries for line in _parameters(one)),
            "",
            ":start",
            f"kernel ${{base-url}}{menu.kernel} initrd={INITRD} {_NETWORK} || goto failed",
            f"initrd --name {INITRD} ${{base-url}}{INITRD} || goto failed",
            "boot || goto failed",
            "",
            ":failed",
            "echo Cannot start the system from ${base-url}",
            "shell",
            "",
            ":old",
            "echo This iPXE is older than March 2024: set base-url before you chain this script",
            "shell",
            "",
        )
    )


def _choice(menu: Menu, title: str) -> Iterator[str]:
    yield f"menu {_plain(title)}"
    for one in menu.entries:
        yield f"item {one.id} {_plain(one.title)}"
    seconds = f" --timeout {menu.timeout * 1000}" if menu.timeout > 0 else ""
    yield f"choose --default {menu.default}{seconds} entry || exit"
    yield "goto ${entry}"


def _plain(title: str) -> str:
    """Return ``title`` without what iPXE reads as an option, a comment or the command's end."""
    return _SPECIAL.sub("", title)


def _parameters(entry: Entry) -> Iterator[str]:
    yield ""
    yield f":{entry.id}"
    yield f"set parameters {' '.join(entry.cmdline)}"
    yield "goto start"


def _entries(text: str) -> Iterator[Entry]:
    for found in _ENTRY.finditer(text):
        linux = _LINUX.search(_CONTINUED.sub(" ", found["body"]))
        if linux is None or "devicetree" in found["body"]:
            continue
        words = linux[2].split()
        if _IN_MEMORY not in words and any(one.startswith(_ROOT) for one in words):
            kept = tuple(one for one in words if not one.startswith(_ROOT))
            yield Entry(found["id"], found["title"], linux[1], kept)
