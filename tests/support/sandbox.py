"""What the builder of an ISO has: store paths, locks, the job's folder, and mklive's results."""

import json
import stat
from pathlib import Path
from typing import Any

from attrs import frozen
from tests.support import documents, efi
from tests.support.program import write

from voidgen.iso import loader
from voidgen.system import sri

DATE = 1_700_000_000
"""The time of the locked commits."""
NAME = "tests"
MOTD = b"hello\n"
INCLUDE: tuple[dict[str, Any], ...] = (
    {"path": "/etc", "type": "directory"},
    {
        "path": "/etc/motd", "type": "file", "mode": "0644", "owner": "root", "group": "root",
        "hash": sri.of_bytes(MOTD),
    },
    {"path": "/etc/link", "type": "symlink", "target": "motd"},
    {
        "path": "/etc/made", "type": "directory", "mode": "0755", "owner": "root", "group": "root",
        "made-by": {"kind": "packages-flake", "arguments": {}},
    },
)  # fmt: skip
"""The overlay, with a folder that Nix fills."""
MKLIVE = {
    "source": "github:void-linux/void-mklive",
    "squashfs": {"compression": "zstd", "block-size": 1024},
    "initramfs": "xz",
}
BOOTS = (
    *("init", "usr/lib/dracut-lib.sh", "usr/bin/dmsquash-live-root"),
    "var/lib/dracut/hooks/cmdline/30-parse-dmsquash-live.sh",
    "var/lib/dracut/hooks/pre-udev/30-dmsquash-live-genrules.sh",
    *("usr/bin/sh", "usr/bin/mount", "usr/sbin/modprobe", "usr/bin/udevadm"),
    *("usr/bin/blkid", "usr/bin/losetup", "sbin/switch_root"),
)
"""Files of the initramfs."""
ISO = (
    *("/boot/vmlinuz", "/boot/isolinux/isolinux.bin", "/boot/isolinux/isolinux.cfg"),
    *("/boot/initrd", "/boot/grub/efiboot.img", "/LiveOS/squashfs.img", "/voidgen.json"),
)
"""Files of the ISO."""
PACKAGES: tuple[dict[str, Any], ...] = tuple(
    {**documents.xbps(pkgver, 5), "hash": sri.of_bytes(pkgver.encode())}
    for pkgver in ("base-files-0.1_1", "htop-3_1")
)
LOG = b"[1/2] First\nvoidgen: listing the ISO's content\nCreated tests.iso (3M) successfully.\n"


@frozen
class Builder:
    """The folders of a build: the builder's ``attributes``, the ``job``, the ``results``, its log.

    ``out`` is where the ISO goes.
    """

    folder: Path

    @property
    def store(self) -> Path:
        return self.folder / "store"

    @property
    def default(self) -> Path:
        return self.path("image")

    def path(self, name: str) -> Path:
        """A store path."""
        return self.store / f"{'0' * 32}-{name}"

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest of what is built."""
        found: dict[str, Any] = json.loads((self.default / "manifest.json").read_bytes())
        return found

    def words(self, command: str) -> list[str]:
        """The words of a command of the program."""
        names = ("job",) if command == "prepare" else ("results", "log", "out")
        return [command, *(str(self.folder / name) for name in ("attributes", *names))]

    def change(self, name: str, **changed: Any) -> None:
        """Change keys of a file of JSON."""
        file = self.folder / name
        file.write_text(json.dumps({**json.loads(file.read_bytes()), **changed}))


def make(folder: Path) -> Builder:
    """Make everything that the program reads; the results are as they should be."""
    builder = Builder(folder)
    _store(builder)
    where = {"type": "github", "owner": "void-linux", "repo": "void-mklive", "rev": "1" * 40}
    locked = {**where, "lastModified": DATE, "narHash": sri.of_bytes(b"mklive")}
    nodes = {
        "root": {"inputs": {"mklive": "mklive", "other": "other"}},
        "mklive": {"locked": locked, "original": {}},
        "other": {"locked": {**locked, "lastModified": DATE + 1}, "original": {}},
    }
    lock = {"version": 1, "container": "flake", "xbps": {"packages": PACKAGES}}
    attributes = {
        "image": NAME,
        "default": str(builder.default),
        "mklive": str(builder.path("mklive")),
        "repository": str(builder.path("repository")),
        "flakeLock": str(folder / "flake.lock"),
        "voidgenLock": str(folder / "voidgen.lock"),
        "job": str(folder / "emitted"),
        "sourceDate": "",
        "owner": "0:0",
    }
    variables = "LC_ALL=C\nXBPS_INSTALL_CMD=/voidgen/xbps-install.sh\nMKLIVE_REV=\n"
    write(
        folder,
        {
            "flake.lock": json.dumps({"nodes": nodes, "root": "root", "version": 7}),
            "voidgen.lock": json.dumps(lock),
            "attributes": json.dumps(attributes),
            "emitted/options": "-a\nx86_64\n",
            "emitted/environment": variables,
            "log": LOG,
        },
    )
    for name in ("job", "out"):
        (folder / name).mkdir()
    _results(builder)
    return builder


def _store(builder: Builder) -> None:
    tools, greet = (str(builder.path(name)) for name in ("tools-1.0", "greet-1"))
    outputs, names = {"man": greet}, {"name": "greet^man", "pname": "greet"}
    packages = [{**names, "outputs": outputs, "license": ["MIT"]}]
    paths = [{"path": greet, "references": [tools, greet]}, {"path": tools, "references": []}]
    plan = documents.plan_data(image={"name": NAME}, include=[*INCLUDE], mklive=MKLIVE)
    built = documents.built_data(packages, paths, plan=plan)
    files = [f"{one['pkgver']}.{one['arch']}.xbps" for one in PACKAGES]
    include, image, repository = (
        builder.path(name).name for name in ("include", "image", "repository")
    )
    write(
        builder.store,
        {
            f"{include}/etc/motd": MOTD,
            f"{include}/etc/made/flake.nix": "{ }\n",
            f"{image}/manifest.json": json.dumps(built),
            f"{image}/store-paths": f"{greet}\n{tools}\n",
            f"{image}/registration": f"{greet}\n",
            f"{builder.path('greet-1').name}/bin/greet": "#!/bin/sh\n",
            builder.path("tools-1.0").name: "a file",
            f"{builder.path('mklive').name}/mklive.sh": "",
            f"{repository}/x86_64-repodata": b"index",
        },
    )
    (builder.path("include") / "etc/link").symlink_to("motd")
    (builder.default / "include").symlink_to(builder.path("include"))
    for name in files:
        (builder.path("repository") / name).symlink_to(builder.path(name))


def _results(builder: Builder) -> None:
    results = builder.folder / "results"
    motd = f"{sri.hex_of(sri.of_bytes(MOTD))}  ./etc/motd\0"
    made = sri.hex_of(sri.of_bytes(b"{ }\n"))
    files = {loader.CONFIG: loader.STABLE, "boot/grub/x86_64-efi/normal.mod": loader.STABLE}
    efi_program = efi.program(efi.modules(efi.memdisk(files)))
    efi32 = efi.program(efi.modules(efi.memdisk(files), bits=32), bits=32)
    write(
        results,
        {
            "image.iso": b"iso",
            "squashfs.list": "".join(f"{line}\n" for line in _listed(builder)),
            "overlay.sums": f"{motd}{made}  ./etc/made/flake.nix\0",
            "iso.list": "".join(
                f"-r--r--r--    1 0        0       {5:>10} Jan  1 00:00 '{name}'\n" for name in ISO
            ),
            "passwd": "root:x:0:0::/root:/bin/sh\n",
            "group": "root:x:0:\n",
            "pkgdb.plist": b'<plist version="1.0"><dict></dict></plist>',
            "efi/EFI/BOOT/BOOTX64.EFI": efi_program,
            "efi/EFI/BOOT/BOOTIA32.EFI": efi32,
            "initrd": _initrd(),
        },
    )


def _listed(builder: Builder) -> list[str]:
    """Lines of ``unsquashfs -lln``."""
    date = "2023-11-14 22:13:20"
    root = [
        f"lrwxrwxrwx 0/0 10 {date} /usr/bin/init -> runit-init",
        f"drwxr-xr-x 0/0 0 {date} /etc",
        f"-rw-r--r-- 0/0 {len(MOTD)} {date} /etc/motd",
        f"lrwxrwxrwx 0/0 4 {date} /etc/link -> motd",
        f"drwxr-xr-x 0/0 0 {date} /etc/made",
        f"-rw-r--r-- 0/0 4 {date} /etc/made/flake.nix",
    ]
    one, greet = "1970-01-01 00:00:01", builder.path("greet-1")
    return [
        *root,
        f"dr-xr-xr-x 0/0 0 {one} {greet}",
        f"dr-xr-xr-x 0/0 0 {one} {greet}/bin",
        f"-r--r--r-- 0/0 10 {one} {greet}/bin/greet",
        f"-r--r--r-- 0/0 6 {one} {builder.path('tools-1.0')}",
    ]


def _initrd() -> bytes:
    """An archive of empty files (cpio(5), "New ASCII Format")."""
    names = [*((name, stat.S_IFREG | 0o644) for name in BOOTS), ("TRAILER!!!", 0)]
    found = b""
    for name, mode in names:
        numbers = [1, mode, 0, 0, 1, 0, 0, 0, 0, 0, 0, len(name) + 1, 0]
        header = "070701" + "".join(f"{one:08X}" for one in numbers)
        entry = header.encode() + name.encode() + b"\0"
        found += entry + bytes(-len(entry) % 4)
    return found
