"""Void repositories, made from packages and served by a web server that may fail."""

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
KEPT = (*TOOLS, *BOOT, *INITRAMFS)
VOID = (*map(Package, KEPT), *KERNEL, *BASE, *MORE)
"""All that mklive asks for, and what it needs; htop and zsh, that it does not."""


def rolled(*newer: Package, packages: Iterable[Package] = VOID) -> tuple[Package, ...]:
    """Return the repository's packages some time later."""
    return tuple({one.name: one for one in (*packages, *newer)}.values())


def make(
    void: Void, folder: Path, packages: Iterable[Package], key: Key | None, *arches: str
) -> Path:
    """Make a repository in ``folder`` with an index for each architecture; sign it if ``key``."""
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
    """The sources of everything that is locked. Made once; tests change copies only."""

    void: Void
    key: Key
    other: Key
    """A key that is trusted only if a test configures it."""
    packages: Path
    later: Path
    """The repository some time later, with the `NEWER` packages."""
    mklive: Path


class Site:
    """The repositories on a server, and its requests."""

    def __init__(self, server: Server, origin: Origin) -> None:
        self.origin = origin
        self._server = server
        self.url = server.url("/current")

    def publish(self, folder: Path, at: str = "/current") -> str:
        """Serve ``folder`` instead of what was there, and return its URL."""
        bodies = self._server.bodies
        for route in [route for route in bodies if route.startswith(f"{at}/")]:
            del bodies[route]
        for file in folder.iterdir():
            bodies[f"{at}/{file.name}"] = file.read_bytes()
        self.forget()
        return self._server.url(at)

    def keep(self, folder: Path, at: str = "/current") -> None:
        """Also serve the packages of ``folder``, as a mirror does that keeps old ones."""
        for file in folder.glob("*.xbps*"):
            self._server.bodies.setdefault(f"{at}/{file.name}", file.read_bytes())

    def vanish(self) -> None:
        """Stop serving anything."""
        self._server.bodies.clear()
        self.forget()

    def change(self, name: str, data: bytes | None, at: str = "/current") -> None:
        """Replace the bytes of one file, or remove it."""
        route = f"{at}/{name}"
        del self._server.bodies[route]
        if data is not None:
            self._server.bodies[route] = data

    def flip(self, name: str, at: str = "/current") -> None:
        """Flip a bit in the middle of one file."""
        data = bytearray(self._server.bodies[f"{at}/{name}"])
        data[len(data) // 2] ^= 1
        self.change(name, bytes(data), at)

    def body(self, name: str, at: str = "/current") -> bytes:
        return self._server.bodies[f"{at}/{name}"]

    def answer(self, name: str, *answers: Answer, at: str = "/current") -> None:
        """Use these answers for the next requests for one file."""
        self._server.answers[f"{at}/{name}"] = iter(answers)

    def asked(self) -> list[str]:
        """Return the requested files since `forget`, sorted."""
        return sorted(
            route.rpartition("/")[2] for route, times in self._server.asked.items() if times
        )

    def times(self, name: str, at: str = "/current") -> int:
        """Return how often one file was requested."""
        return len(self._server.asked[f"{at}/{name}"])

    def forget(self) -> None:
        """Forget all requests."""
        self._server.asked.clear()
        self._server.answers.clear()
