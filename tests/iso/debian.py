"""The tests' package set, whose container is Debian's image with programs in other folders."""

import hashlib
import io
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from tests.integration.offline import PACKAGES, ROOT
from tests.iso.podman import BASE, PROGRAMS

SET = ROOT / "tests" / "stand_in_iso" / "set"
PLACE = "debian/bin"
"""Of Debian's programs, none of which is on the container's PATH by itself."""
HEADERS = "usr/lib/linux-headers/include"
FOLDERS = ("usr/bin", "usr/sbin")
LINKS = ("bin", "sbin")
"""What Debian has in the place of the container's own folders."""


def write_set(folder: Path, busybox: Path, env: Mapping[str, str]) -> None:
    """Write the package set; Debian's files go to the store of the Nix in ``env``."""
    shutil.copytree(PACKAGES, folder, ignore=shutil.ignore_patterns("busybox"))
    shutil.copy(busybox, folder / "busybox")
    shutil.copytree(SET, folder / "tests")
    layer = folder.parent / "debian.tar"
    tcc = shutil.which("tcc")
    assert tcc, "the tests need tcc and Linux's headers (Debian: apt install tcc linux-libc-dev)"
    compiler = {"usr/bin/tcc": Path(tcc)}
    write_layer(layer, {**PROGRAMS, **compiler, **dict(headers())})
    (folder / "tests" / "debian.sha256").write_text(hashlib.sha256(layer.read_bytes()).hexdigest())
    words = ["nix-store", "--add-fixed", "sha256", str(layer)]
    subprocess.run(words, check=True, capture_output=True, env=dict(env))
    layer.unlink()


def write_layer(layer: Path, files: Mapping[str, Path]) -> None:
    """Write a tar of Debian's files and of ``files``, with the programs in `PLACE`."""
    taken = {*FOLDERS, *LINKS}
    with tarfile.open(BASE) as base, tarfile.open(layer, "w") as tar:
        for member in base:
            name = str(PurePosixPath(member.name))
            if name in taken or moved(name) in taken:
                continue
            member.name = moved(name)
            taken.add(member.name)
            # Hard links name another member of the tar, which moves too; symbolic links stay right.
            if member.islnk():
                member.linkname = moved(str(PurePosixPath(member.linkname)))
            tar.addfile(member, base.extractfile(member) if member.isreg() else None)
        for name, file in files.items():
            info = tarfile.TarInfo(moved(name))
            info.mode, data = 0o755, file.read_bytes()
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def headers() -> Iterator[tuple[str, Path]]:
    """Yield what setid.c needs of this machine's kernel headers, with its path in the layer."""
    for folder, pattern in (
        ("/usr/include/linux", "[efopst]*.h"),
        ("/usr/include/asm-generic", "*.h"),
        (f"/usr/include/{os.uname().machine}-linux-gnu/asm", "*.h"),
    ):
        for file in sorted(Path(folder).glob(pattern)):
            yield f"{HEADERS}/{file.parent.name}/{file.name}", file


def moved(name: str) -> str:
    """Return a Debian file's path in the layer."""
    folder, _, program = name.rpartition("/")
    return f"{PLACE}/{program}" if folder in FOLDERS else name
