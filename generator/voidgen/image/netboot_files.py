"""Write and compare the files with which an ISO's system boots over a network."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import Fault, WrongInputError
from voidgen.image import netboot, of_iso
from voidgen.image.netboot import INITRD, MENU, SCRIPT, SQUASHFS
from voidgen.system import sha256sums, sri
from voidgen.system.files import open_regular_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

SUMS = "SHA256SUMS"
_PIECE = 1 << 20


@frozen
class Part:
    """A file of the ISO, at ``offset``."""

    name: str
    offset: int
    size: int

    def pieces(self, iso: BinaryIO) -> Iterator[bytes]:
        """Yield its content in pieces; fewer bytes if ``iso`` is cut off."""
        iso.seek(self.offset)
        left = self.size
        while piece := iso.read(min(left, _PIECE)):
            left -= len(piece)
            yield piece


@frozen
class Files:
    """The files for ``iso``: parts of it, and the script."""

    iso: Path
    parts: tuple[Part, ...]
    script: bytes

    def pieces(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Yield each file's name, with its content in pieces."""
        with open_regular_file(self.iso) as stream:
            for one in self.parts:
                yield one.name, one.pieces(stream)
        yield SCRIPT, iter((self.script,))


def folder(iso: Path) -> Path:
    """Return the folder of the files beside ``iso``: NAME-netboot."""
    return iso.with_name(f"{iso.name.removesuffix('.iso')}-netboot")


def read(iso: Path) -> Files:
    """Return the files for ``iso``; WrongInputError if it isn't a whole image of voidgen."""
    plan = of_iso.snapshot(iso).plan
    if plan is None:
        raise WrongInputError(of_iso.fault(iso))
    found = netboot.read_menu((of_iso.extract(iso, MENU) or b"").decode(errors="replace"))
    if found is None:
        raise WrongInputError(_incomplete(iso, MENU))
    places = {
        found.kernel: f"/boot/{found.kernel}",
        INITRD: f"/boot/{INITRD}",
        SQUASHFS: f"/LiveOS/{SQUASHFS}",
    }
    parts = tuple(_part(iso, name, path) for name, path in places.items())
    text = netboot.script(found, plan.image.name, plan.image.title)
    return Files(iso, parts, text.encode())


def write(files: Files) -> Path:
    """Write the files and their sums into NAME-netboot beside the ISO; return that folder.

    The folder of an earlier run is replaced when all files are there.
    """
    target = folder(files.iso)
    made = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        hashes = {name: _copy(pieces, made / name) for name, pieces in files.pieces()}
        (made / SUMS).write_bytes(sha256sums.dump(hashes))
        made.chmod(0o755)
        if target.exists():
            shutil.rmtree(target)
        made.replace(target)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return target


def faults(files: Files) -> Iterator[str]:
    """Yield how NAME-netboot differs from the ISO."""
    place = folder(files.iso)
    for name, pieces in files.pieces():
        expected = _digest(pieces)
        try:
            with open_regular_file(place / name) as stream:
                if sri.of_stream(stream) != expected:
                    yield f"{name} is not this ISO's"
        except (OSError, WrongInputError) as error:
            yield f"{name} cannot be read: {getattr(error, 'strerror', None) or error}"


def _copy(pieces: Iterable[bytes], file: Path) -> str:
    """Write a file; return its hash (SRI)."""
    with file.open("wb") as copy:
        return _digest(piece for piece in pieces if copy.write(piece))


def _digest(pieces: Iterable[bytes]) -> str:
    found = hashlib.sha256()
    for piece in pieces:
        found.update(piece)
    return sri.of_digest(found.digest())


def _part(iso: Path, name: str, path: str) -> Part:
    extent = of_iso.extent(iso, path)
    if extent is None:
        raise WrongInputError(_incomplete(iso, path))
    return Part(name, *extent)


def _incomplete(iso: Path, path: str) -> Fault:
    what = f"is incomplete, or was not made by voidgen: it has no readable {path}"
    return Fault(what, iso, remedy="build the ISO again with `voidgen iso`")
