"""Void for tests: XBPS's programs, keys, packages and repositories, and mklive.

The same tests run with a stand-in and with the real ones.
"""

import hashlib
import os
import plistlib
import re
import shutil
import socket
import struct
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterable, Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Protocol

from attrs import frozen
from tests.stand_in import xbps

PROGRAMS = "VOIDGEN_XBPS"
MKLIVE = "VOIDGEN_MKLIVE"
ROOT = Path(__file__).parents[2]


@frozen
class Package:
    """A package to make; without ``arch``, it has the repository's."""

    name: str
    version: str = "1.0_1"
    depends: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    arch: str = ""
    content: str = ""

    @property
    def pkgver(self) -> str:
        return f"{self.name}-{self.version}"


@frozen
class Key:
    """A signing key: its name, private part, and XBPS's file of the public one."""

    name: str
    private: Path
    fingerprint: str
    plist: bytes

    @property
    def file(self) -> str:
        return f"{self.fingerprint}.plist"


class Void(Protocol):
    """What tests need from Void."""

    programs: Path
    """The folder of XBPS's programs."""

    def key(self, name: str, folder: Path) -> Key:
        """Make a key; its private part is in ``folder``."""

    def pack(self, package: Package, arch: str, folder: Path) -> Path:
        """Make a package's ``.xbps`` file in ``folder``, and return its path."""

    def add(self, files: Iterable[Path], arch: str) -> None:
        """Index the files in their folder."""

    def sign(self, folder: Path, arch: str, key: Key) -> None:
        """Sign the repository and its packages."""

    def mklive(self, folder: Path) -> None:
        """Make ``folder`` with mklive's source."""


class StandIn:
    """A stand-in that works on every machine."""

    def __init__(self, folder: Path, python: str = sys.executable, text: str = "") -> None:
        """Make the programs in ``folder``, which ``python`` runs; ``text`` is the code of each.

        The default needs no running process.
        """
        self.programs = folder
        text = text or f"{_imports()}from tests.stand_in.xbps import main\nmain()\n"
        for name in ("xbps-install", "xbps-query", "xbps-rindex", "xbps-uhelper"):
            program = folder / name
            program.write_text(f"#!{python} -IS\n{text}")
            program.chmod(0o755)

    def key(self, name: str, folder: Path) -> Key:
        pem = xbps.public_key(name)
        return Key(name, folder / name, xbps.fingerprint(pem), _plist(name, pem))

    def pack(self, package: Package, arch: str, folder: Path) -> Path:
        built = package.arch or arch
        file = folder / f"{package.pkgver}.{built}.xbps"
        properties = {
            "architecture": built,
            "installed_size": len(package.content),
            "pkgname": package.name,
            "pkgver": package.pkgver,
            "run_depends": list(package.depends),
            "conflicts": list(package.conflicts),
            "shlib-requires": list(package.libraries),
            "version": package.version,
        }
        present = {key: value for key, value in properties.items() if value not in ([], "")}
        file.write_bytes(xbps.package(present, package.content.encode()))
        return file

    def add(self, files: Iterable[Path], arch: str) -> None:
        xbps.add(list(files), arch)

    def sign(self, folder: Path, arch: str, key: Key) -> None:
        xbps.sign(folder, arch, key.name)

    def mklive(self, folder: Path) -> None:
        shutil.copytree(ROOT / "tests" / "stand_in" / "mklive", folder)


@contextmanager
def resident(folder: Path) -> Iterator[StandIn]:
    """A stand-in whose programs one process runs, which has all it needs and stays."""
    text = (ROOT / "tests" / "stand_in" / "start.py").read_text()
    code = f"{_imports()}from tests.stand_in.resident import main\nmain()\n"
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        # A socket's whole path may be too long.
        with chdir(folder):
            listening.bind("socket")
        listening.listen()
        number = listening.fileno()
        argv = [sys.executable, "-IS", "-c", code, str(number)]
        process = subprocess.Popen(argv, stdin=subprocess.PIPE, pass_fds=[number])
    # It ends with its input, so also if this process is killed.
    with process:
        yield StandIn(folder, text=text)


def _imports() -> str:
    """Code for an isolated Python to find the modules that this one finds."""
    paths = [str(ROOT), *(path for path in sys.path if "-packages" in path)]
    return f"import sys\nsys.path[:0] = {paths!r}\n"


class Real:
    """XBPS's own programs, and a checkout of mklive."""

    def __init__(self, programs: Path, mklive: Path) -> None:
        self.programs = programs
        self._mklive = mklive

    def key(self, name: str, folder: Path) -> Key:
        private = folder / f"{name}.pem"
        _run("openssl", "genrsa", "-traditional", "-out", private, "2048")
        pem = _run("openssl", "rsa", "-in", private, "-pubout")
        return Key(name, private, _fingerprint(pem), _plist(name, pem))

    def pack(self, package: Package, arch: str, folder: Path) -> Path:
        built = package.arch or arch
        tree = folder / "tree"
        (tree / "usr" / "share").mkdir(parents=True)
        file = tree / "usr" / "share" / package.name
        file.write_text(package.content)
        # The archive contains its files' times.
        for path in (file, file.parent, file.parent.parent):
            os.utime(path, (0, 0))
        words = [
            *("--architecture", built, "--pkgver", package.pkgver, "--desc", package.name),
            *("--dependencies", " ".join(package.depends)),
            *("--conflicts", " ".join(package.conflicts)),
            *("--shlib-requires", " ".join(package.libraries)),
        ]
        given = [
            word
            for option, value in zip(words[::2], words[1::2], strict=True)
            for word in (option, value)
            if value
        ]
        self._start("xbps-create", *given, tree, cwd=folder)
        shutil.rmtree(tree)
        return folder / f"{package.pkgver}.{built}.xbps"

    def add(self, files: Iterable[Path], arch: str) -> None:
        self._start("xbps-rindex", "--add", *files, arch=arch)

    def sign(self, folder: Path, arch: str, key: Key) -> None:
        words = ("--signedby", key.name, "--privkey", key.private)
        self._start("xbps-rindex", *words, "--sign", folder, arch=arch)
        self._start("xbps-rindex", *words, "--sign-pkg", *folder.glob("*.xbps"), arch=arch)

    def mklive(self, folder: Path) -> None:
        _run("git", "clone", "--quiet", "--no-hardlinks", self._mklive, folder)
        shutil.rmtree(folder / ".git")

    def _start(
        self, name: str, *words: str | Path, arch: str = "", cwd: Path | None = None
    ) -> None:
        _run(self.programs / name, *words, cwd=cwd, **({"XBPS_ARCH": arch} if arch else {}))


def _run(*words: str | Path, cwd: Path | None = None, **env: str) -> bytes:
    done = subprocess.run(
        words, cwd=cwd, env={**os.environ, **env}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def _plist(name: str, pem: bytes) -> bytes:
    table = {"public-key": pem, "public-key-size": 2048, "signature-by": name}
    return plistlib.dumps(table)


def _fingerprint(pem: bytes) -> str:
    """Return the key's fingerprint in OpenSSH's form (xbps, lib/pubkey2fp.c; RFC 4253, 6.6)."""
    text = re.sub(rb"-----[^-]*-----|\s", b"", pem)
    _, bits = _der(_der(b64decode(text))[0][1])
    # A bit string begins with the number of unused bits.
    modulus, exponent = _der(_der(bits[1][1:])[0][1])
    parts = (b"ssh-rsa", exponent[1], modulus[1])
    blob = b"".join(struct.pack(">I", len(part)) + part for part in parts)
    return hashlib.md5(blob, usedforsecurity=False).digest().hex(":")


def _der(data: bytes) -> list[tuple[int, bytes]]:
    """Return tags and contents of the values in ``data`` (X.690)."""
    found = []
    while data:
        tag, size, start = data[0], data[1], 2
        if size & 0x80:
            start += size & 0x7F
            size = int.from_bytes(data[2:start], "big")
        found.append((tag, data[start : start + size]))
        data = data[start + size :]
    return found
