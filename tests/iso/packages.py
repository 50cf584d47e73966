"""Small stand-ins for Void's packages: enough of a root tree for mklive's stand-in."""

import io
import os
import plistlib
import shutil
import tarfile
from collections.abc import Mapping
from pathlib import Path

import zstandard
from attrs import frozen
from tests.integration.offline import ROOT
from tests.stand_in import xbps

VERSION = "1.0_1"
KERNEL = "6.1.119_1"
DIRECTORIES = ("etc", "mnt", "run", "tmp", "usr/bin", "usr/lib", "var/lib")


@frozen
class Link:
    target: str


@frozen
class Folder:
    mode: int = 0o755


@frozen
class Dated:
    """A file with another time than `DATE`."""

    data: bytes
    date: int


@frozen
class Moded:
    """A file with a mode of its own."""

    data: bytes
    mode: int


Content = bytes | Link | Folder | Dated | Moded
DATE = 1_590_969_600
"""2020-06-01, when the files of packages were changed, in seconds since 1970."""
LATER = 4_102_444_800
"""2100-01-01: later than any machine's clock, as all is on one whose clock is behind."""


def program(script: str) -> bytes:
    return f"#!/bin/sh\n{script}\n".encode()


def void() -> dict[str, tuple[str, tuple[str, ...], Mapping[str, Content]]]:
    """Return version, dependencies and files of each package."""
    busybox = os.environ.get("VOIDGEN_BUSYBOX") or shutil.which("busybox")
    assert busybox, "the tests need a static busybox (Debian: apt install busybox-static)"
    return {
        "base-files": (
            VERSION,
            (),
            {
                **{name: Folder() for name in DIRECTORIES},
                "tmp": Folder(0o1777),
                "bin": Link("usr/bin"),
                "lib": Link("usr/lib"),
                "lib64": Link("usr/lib"),
                "sbin": Link("usr/bin"),
                "usr/sbin": Link("bin"),
                # An absolute link: writing through it would leave the root tree.
                "etc/elsewhere": Link("/out"),
                "etc/motd": b"of base-files\n",
                "etc/passwd": b"root:x:0:0::/root:/bin/sh\n_tests:x:81:82::/:/bin/false\n",
                "etc/group": b"root:x:0:\n_tests:x:82:\nnixbld:x:30000:\n",
            },
        ),
        "base-system": (
            VERSION,
            ("base-files",),
            {
                "usr/bin/busybox": Path(busybox).read_bytes(),
                "usr/bin/dracut": (ROOT / "tests/stand_in_iso/dracut.sh").read_bytes(),
                "usr/bin/xbps-reconfigure": program(
                    "exec busybox sed -i s/unpacked/installed/ /var/db/xbps/pkgdb-0.38.plist"
                ),
                **{f"usr/bin/{name}": Link("busybox") for name in ("env", "init", "sh")},
                # As util-linux, shadow and dbus have them: some bits are in the archive, others are
                # set by the package's script.
                "usr/bin/su": Moded(b"no su\n", 0o4755),
                "usr/bin/expiry": Moded(b"no expiry\n", 0o2755),
                "usr/bin/both": Moded(b"no program\n", 0o6711),
                "var/mail": Folder(0o3777),
                "usr/bin/wall": b"no wall\n",
                "usr/lib/helper": b"no helper\n",
                "INSTALL": program(
                    "chgrp 5 usr/bin/wall && chmod 2755 usr/bin/wall\n"
                    "chown 0:82 usr/lib/helper && chmod 4750 usr/lib/helper\n"
                    "cp -p usr/lib/helper usr/lib/copy && mv usr/lib/copy usr/lib/moved"
                ),
                "boot": Folder(),
                "usr/share/later": Dated(b"of another day\n", LATER),
                "var/lib/service": Folder(0o750),
                "usr/share/removed/a.txt": b"removed\n",
                "usr/share/removed/deep/er/b.txt": b"removed\n",
                "usr/share/removed/kept": b"kept\n",
                "usr/share/removed/folder/c": b"removed\n",
                "usr/share/noise": b"no noise at all\n" * 4096,
            },
        ),
        "squashfs-tools": (
            VERSION,
            (),
            {
                # These are in the container.
                "usr/bin/mksquashfs": program('exec mksquashfs "$@"'),
                "usr/bin/unsquashfs": program('exec unsquashfs "$@"'),
            },
        ),
        "xorriso": (VERSION, (), {"usr/bin/xorriso": program('exec xorriso "$@"')}),
        "syslinux": (VERSION, (), {"usr/lib/syslinux/isolinux.bin": bytes(2048)}),
        # This is in the container.
        "grub": (VERSION, (), {}),
        "dracut-network": (VERSION, (), {}),
        "jq": (VERSION, ("base-files",), {}),
        "htop": (VERSION, ("jq",), {"usr/bin/htop": program("echo no htop")}),
        "linux": (VERSION, ("linux6.1",), {}),
        "linux6.1": (
            KERNEL,
            (),
            {
                f"boot/vmlinuz-{KERNEL}": b"no kernel\n",
                **{
                    f"usr/lib/modules/{KERNEL}/kernel/{name}.ko.zst": b"no module\n"
                    for name in (
                        *("drivers/ata/ahci", "drivers/block/loop", "fs/isofs/isofs"),
                        *("fs/overlayfs/overlay", "fs/squashfs/squashfs"),
                    )
                },
            },
        ),
    }


def repository(folder: Path, arch: str) -> Path:
    """Make a repository of all packages; XBPS needs no signature, because it is a folder."""
    folder.mkdir(parents=True)
    files = []
    for name, (version, depends, content) in void().items():
        pkgver = f"{name}-{version}"
        properties = {
            "architecture": arch,
            "installed_size": sum(len(one) for one in content.values() if isinstance(one, bytes)),
            "pkgname": name,
            "pkgver": pkgver,
            "run_depends": [f"{needed}>=0" for needed in depends],
            "version": version,
        }
        file = folder / f"{pkgver}.{arch}.xbps"
        present = {key: value for key, value in properties.items() if value != []}
        file.write_bytes(_archive({**_metadata(present, content), **content}))
        files.append(file)
    xbps.add(files, arch)
    return folder


def _metadata(properties: Mapping[str, object], content: Mapping[str, Content]) -> dict[str, bytes]:
    listed = [{"file": f"/{name}"} for name in content if name not in {"INSTALL", "REMOVE"}]
    return {
        "props.plist": plistlib.dumps(properties),
        "files.plist": plistlib.dumps({"files": listed}),
    }


def _archive(content: Mapping[str, Content]) -> bytes:
    # A file lists the links, because XBPS's stand-in only reads files.
    links = [f"{one.target} {name}\n" for name, one in content.items() if isinstance(one, Link)]
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for name, one in {**content, "links": "".join(links).encode()}.items():
            info = tarfile.TarInfo(f"./{name}")
            info.mtime = one.date if isinstance(one, Dated) else DATE
            if isinstance(one, Folder):
                info.type, info.mode = tarfile.DIRTYPE, one.mode
                tar.addfile(info)
            elif not isinstance(one, Link):
                data = one if isinstance(one, bytes) else one.data
                info.size = len(data)
                info.mode = 0o755 if data.startswith((b"#!", b"\x7fELF")) else 0o644
                if isinstance(one, Moded):
                    info.mode = one.mode
                tar.addfile(info, io.BytesIO(data))
    return zstandard.ZstdCompressor().compress(stream.getvalue())
