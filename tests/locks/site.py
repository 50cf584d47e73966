"""Repositories of Void: made of packages, and served by a web server that may fail."""

from collections.abc import Iterable
from pathlib import Path

from attrs import frozen
from tests.locks.void import Key, Package, Void
from tests.support.http_faults import Answer, Server

ARCH = "x86_64"

TOOLS = ("libgcc", "dash", "coreutils", "sed", "tar", "gawk", "squashfs-tools", "xorriso")
BOOT = ("syslinux", "grub-i386-efi", "grub-x86_64-efi", "memtest86+")
INITRAMFS = ("binutils", "xz", "device-mapper", "dhclient", "dracut-network", "openresolv")
KERNEL = (
    Package("linux", "6.1_1", depends=("linux6.1>=6.1.100_1", "linux-base>=0")),
    Package("linux6.1", "6.1.119_1"),
    Package("linux-base", "2024_1"),
)
BASE = (
    Package("base-files", "0.145_1"),
    Package("base-system", "0.114_2", depends=("base-files>=0.140", "ncurses>=0", "tzdata>=0")),
    Package("ncurses", "6.5_1"),
    Package("tzdata", "2024b_1", arch="noarch"),
    Package("jq", "1.7.1_1", depends=("oniguruma>=0",)),
    Package("oniguruma", "6.9.9_1"),
)
MORE = (
    Package("htop", "3.3.0_1", depends=("ncurses>=6.0",)),
    Package("zsh", "5.9_4", depends=("ncurses>=0",)),
)
VOID = (*map(Package, (*TOOLS, *BOOT, *INITRAMFS)), *KERNEL, *BASE, *MORE)
"""All that mklive asks for, and what it needs; htop and zsh, that it does not."""


def rolled(*newer: Package, packages: Iterable[Package] = VOID) -> tuple[Package, ...]:
    """The repository some time later."""
    return tuple({one.name: one for one in (*packages, *newer)}.values())


def make(
    void: Void, folder: Path, packages: Iterable[Package], key: Key | None, *arches: str
) -> Path:
    """A repository in ``folder``, signed where there is a ``key``; one index an architecture."""
    folder.mkdir(parents=True)
    each = list(packages)
    for arch in arches or (ARCH,):
        files = [void.pack(one, arch, folder) for one in each]
        void.add(files, arch)
        if key:
            void.sign(folder, arch, key)
    return folder


@frozen
class Origin:
    """Where all that is locked comes from: made once, and changed in copies only."""

    void: Void
    key: Key
    other: Key
    """A key that nothing trusts by itself."""
    packages: Path
    later: Path
    """The repository when it has rolled on: `NEWER` packages instead of their old versions."""
    mklive: Path


class Site:
    """What a server has of repositories, and what it was asked."""

    def __init__(self, server: Server, origin: Origin) -> None:
        self.origin = origin
        self._server = server
        self.url = server.url("/current")

    def publish(self, folder: Path, at: str = "/current") -> str:
        """Serve what ``folder`` has, instead of what was there; returns the URL."""
        bodies = self._server.bodies
        for route in [route for route in bodies if route.startswith(f"{at}/")]:
            del bodies[route]
        for file in folder.iterdir():
            bodies[f"{at}/{file.name}"] = file.read_bytes()
        self.forget()
        return self._server.url(at)

    def keep(self, folder: Path, at: str = "/current") -> None:
        """Serve the packages of ``folder``, too, as mirrors do that keep old ones."""
        for file in folder.glob("*.xbps*"):
            self._server.bodies.setdefault(f"{at}/{file.name}", file.read_bytes())

    def vanish(self) -> None:
        """Serve nothing more."""
        self._server.bodies.clear()
        self.forget()

    def change(self, name: str, data: bytes | None, at: str = "/current") -> None:
        """Other bytes for one file, or none."""
        route = f"{at}/{name}"
        del self._server.bodies[route]
        if data is not None:
            self._server.bodies[route] = data

    def flip(self, name: str, at: str = "/current") -> None:
        """Another bit in the middle of one file."""
        data = bytearray(self._server.bodies[f"{at}/{name}"])
        data[len(data) // 2] ^= 1
        self.change(name, bytes(data), at)

    def body(self, name: str, at: str = "/current") -> bytes:
        return self._server.bodies[f"{at}/{name}"]

    def answer(self, name: str, *answers: Answer, at: str = "/current") -> None:
        """Answer the next requests for one file so."""
        self._server.answers[f"{at}/{name}"] = iter(answers)

    def asked(self) -> list[str]:
        """The files that were asked for since it was forgotten, sorted."""
        return sorted(
            route.rpartition("/")[2] for route, times in self._server.asked.items() if times
        )

    def times(self, name: str, at: str = "/current") -> int:
        """How often one file was asked for."""
        return len(self._server.asked[f"{at}/{name}"])

    def forget(self) -> None:
        """As if nothing had been asked."""
        self._server.asked.clear()
        self._server.answers.clear()
