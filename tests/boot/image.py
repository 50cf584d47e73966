"""Small images that boot: Debian's kernel and programs, the overlay and store that Nix built.

The initramfs, Void's own files and mklive's boot menu have stand-ins in guest/.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen
from tests.integration.offline import PACKAGES, ROOT
from tests.integration.test_nix_dconf import SET
from tests.overlay.live_nix import Baked, in_store, lay_overlay, lay_store
from tests.support.program import voidgen, write

from voidgen.image import of_build, snapshot_file
from voidgen.image.built_image import BuiltImage
from voidgen.schema import typed_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

BASE = ROOT / ".venv" / "boot" / "base.tar"
"""What `make` fetches of Debian."""
DRACUT = BASE.with_name("dracut.tar")
"""As `BASE`, for the slow tests: what dracut makes an initramfs of."""
GUEST = Path(__file__).parent / "guest"
MODULES = (
    "ahci", "sr_mod", "isofs", "loop", "squashfs", "overlay", "virtio_pci", "virtio_net",
)  # fmt: skip
"""What the initramfs needs to find the root, and the guest its network."""
STICK = ("xhci_pci", "usb_storage", "sd_mod", "ext4")
"""As `MODULES`, if the root is on a stick."""

TOML = """
[image]
name = "guest"
title = "Guest"
keymap = "ch-fr_nodeadkeys"
volume-label = "guest-1.2_with-a-long-label"
root-shell = "/usr/bin/dash"
user-shell = "/bin/dash"
groups = ["users", "audio"]
cmdline = ["console=tty0", "console=ttyS0,115200"]
[nix]
nixpkgs = "./packages/with-dconf"
packages = ["greet", "notebook^out,man", "deskTools.clock"]
[overlay]
modules = [
  "dconf-cinnamon",
  "gpu-detect",
  "greetd-live",
  "live-user",
  "network-manager",
  "nix-daemon",
  "nix-gl",
  "nix-profile",
  "nsswitch-no-mdns",
  "own",
  "x11-keyboard",
]
"""
OWN = '''
summary = "A service of the tests, and a check of it"
services = ["ticker"]
[[checks]]
name = "it ticks"
command = "cat /run/ticks"
matches = "^tick$"
within = 60
[[checks]]
name = "drivers can be loaded, and nothing else of /run"
command = """
library=$(readlink -f /run/opengl-driver/lib/libEGL_guest.so.0)
cp "$library" /run/libEGL_guest.so.0
for library in "$library" /run/libEGL_guest.so.0; do
	said=$(LD_PRELOAD=$library cat /dev/null 2>&1)
	echo "${said:-loaded}" | sed 's/.*failed to map segment .*/refused/'
done
"""
prints = """
loaded
refused
"""
'''
TICKER = "#!/bin/sh\nwhile echo tick >> /run/ticks; do sleep 1; done\n"
MENU = """\
DEFAULT linux
TIMEOUT 1
LABEL linux
KERNEL /boot/vmlinuz
APPEND initrd=/boot/initrd root=live:CDLABEL={label} ro loglevel=4 {cmdline}
"""


@frozen
class Parts:
    """The content of ISOs: a folder with boot/, isolinux/, LiveOS/ and voidgen.json."""

    folder: Path

    def snapshot(self) -> dict[str, Any]:
        """Return the image's snapshot, voidgen.json."""
        data: dict[str, Any] = json.loads((self.folder / "voidgen.json").read_bytes())
        return data

    def iso(
        self,
        file: Path,
        told: Mapping[str, Any] | None = None,
        cmdline: Sequence[str] | None = None,
        label: str | None = None,
        more: Sequence[str] = (),
    ) -> Path:
        """Make an ISO, with the image's own snapshot and command line unless others are given.

        ``label`` is its volume label; the default is the image's own. ``more`` are further words
        of xorriso's command line.

        As mklive's, it is isohybrid: a BIOS starts it from a stick, too.
        """
        truth = self.snapshot()
        label = label or truth["plan"]["image"]["volume-label"]
        words = truth["plan"]["image"]["cmdline"] if cmdline is None else cmdline
        with tempfile.TemporaryDirectory(dir=file.parent) as place:
            menu = Path(place, "isolinux.cfg")
            menu.write_text(MENU.format(label=label, cmdline=" ".join(words)))
            Path(place, "voidgen.json").write_text(json.dumps(told or truth))
            _said(
                "xorriso", "-as", "mkisofs", "-quiet", "-rock", "-V", label, "-o", file,
                "-b", "boot/isolinux/isolinux.bin", "-c", "boot/isolinux/boot.cat",
                "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table",
                "-isohybrid-mbr", self.folder / "boot/isohdpfx.bin", *more, "-graft-points",
                f"/boot={self.folder}/boot", f"/LiveOS={self.folder}/LiveOS",
                f"/boot/isolinux/isolinux.cfg={menu}", f"/voidgen.json={place}/voidgen.json",
            )  # fmt: skip
        return file


def parts() -> Parts:
    """Make the parts, or return those of an earlier run if their sources have not changed."""
    place = ROOT / ".venv" / "boot" / str(os.getuid())
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = place / _digest()
        if not made.exists():
            for old in place.glob("*-made"):
                shutil.rmtree(old)
            with tempfile.TemporaryDirectory(dir=place, prefix="making-") as work:
                _make(Path(work))
                (Path(work) / "parts").rename(made)
    return Parts(made)


def with_dracut(parts: Parts, work: Path) -> Parts:
    """Return ``parts`` with the real dracut's initramfs, in which mklive's hooks have stand-ins.

    The overlay's own modules of dracut are in it, too.
    """
    made, root = work / "parts", work / "dracut"
    shutil.copytree(parts.folder, made, copy_function=os.link)
    root.mkdir()
    _said("tar", "-x", "-C", root, "-f", DRACUT)
    modules = root / "usr/lib/dracut/modules.d"
    shutil.copytree(GUEST / "dracut", modules / "95vmklive")
    if (made / "dracut").is_dir():
        shutil.copytree(made / "dracut", modules, dirs_exist_ok=True)
    for name in ("passwd", "group"):
        (root / "etc" / name).write_text("root:x:0:0:root:/root:/bin/sh\n")
    (release,) = (one.name for one in (root / "usr/lib/modules").iterdir())
    inside = (
        "bwrap", "--unshare-user", "--uid", "0", "--gid", "0", "--bind", root, "/", "--proc",
        "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/run", "--clearenv",
        "--setenv", "PATH", "/usr/bin:/usr/sbin", "--",
    )  # fmt: skip
    _said(*inside, "depmod", release)
    _said(
        *inside, "dracut", "--quiet", "--force", "--no-hostonly", "--no-hostonly-cmdline",
        "--omit", "systemd plymouth i18n network crypt lvm mdraid", "--add", "vmklive",
        "--drivers", " ".join((*MODULES, *STICK)), "--gzip", "/boot/initrd", release,
    )  # fmt: skip
    (made / "boot/initrd").unlink()
    shutil.move(root / "boot/initrd", made / "boot/initrd")
    return Parts(made)


def with_tables(more: str, work: Path) -> Parts:
    """Return parts whose voidgen.toml has ``more`` tables."""
    work.mkdir()
    _make(work, more)
    return Parts(work / "parts")


def _digest() -> str:
    """Return a digest of the parts' sources."""
    digest = hashlib.sha256(f"{BASE.stat().st_mtime_ns} {BASE.stat().st_size}".encode())
    for folder in (GUEST.parent, ROOT / "generator", ROOT / "overlay-src", PACKAGES):
        for file in sorted(folder.rglob("*")):
            if file.is_file() and file.suffix != ".pyc" and not file.name.startswith("test_"):
                digest.update(f"{file} {file.stat().st_mode}\n".encode() + file.read_bytes())
    return f"{digest.hexdigest()[:20]}-made"


def _make(work: Path, more: str = "") -> None:
    parts, root = work / "parts", work / "root"
    (parts / "boot/isolinux").mkdir(parents=True)
    (parts / "LiveOS").mkdir()
    root.mkdir()
    _said("tar", "-x", "-C", root, "-f", BASE)
    (kernel,) = (root / "boot").glob("vmlinuz-*")
    shutil.copy(kernel, parts / "boot/vmlinuz")
    shutil.copy(root / "usr/lib/ISOLINUX/isolinux.bin", parts / "boot/isolinux")
    shutil.copy(root / "usr/lib/ISOLINUX/isohdpfx.bin", parts / "boot")
    shutil.copy(root / "usr/lib/syslinux/modules/bios/ldlinux.c32", parts / "boot/isolinux")
    _initramfs(root, work / "initramfs", parts / "boot/initrd")
    for name in ("boot", "usr/lib/modules", "usr/lib/syslinux", "usr/lib/ISOLINUX"):
        shutil.rmtree(root / name)
    baked = _bake(work, more)
    _root(root, baked)
    own = root / "usr/lib/dracut/modules.d"
    if own.is_dir():
        shutil.copytree(own, parts / "dracut")
    built = typed_json.read(baked.read("manifest.json"), BuiltImage)
    snapshot = of_build.image("guest", built, baked.include("/"))
    (parts / "voidgen.json").write_bytes(snapshot_file.dump(snapshot))
    _said(
        "mksquashfs", root, parts / "LiveOS/squashfs.img", "-quiet", "-no-progress", "-all-root",
        "-no-xattrs", "-comp", "lz4",
    )  # fmt: skip
    _said("chmod", "-R", "u+w", work)


def _initramfs(root: Path, place: Path, file: Path) -> None:
    (place / "modules").mkdir(parents=True)
    shutil.copy(root / "usr/bin/busybox", place / "busybox")
    shutil.copy(GUEST / "init", place / "init")
    there = {one.stem.replace("-", "_"): one for one in (root / "usr/lib/modules").rglob("*.ko")}
    order: list[str] = []
    for name in MODULES:
        for needed in _needed(name, there):
            if needed not in order:
                order.append(needed)
                shutil.copy(there[needed], place / "modules" / f"{needed}.ko")
    (place / "modules/order").write_text("".join(f"{name}\n" for name in order))
    names = "\n".join(str(one.relative_to(place)) for one in sorted(place.rglob("*")))
    with file.open("wb") as stream:
        subprocess.run(
            [place / "busybox", "cpio", "-o", "-H", "newc"],
            cwd=place, input=names.encode(), stdout=stream, stderr=subprocess.DEVNULL, check=True,
        )  # fmt: skip


def _needed(name: str, there: Mapping[str, Path]) -> Iterator[str]:
    """Yield a module's dependencies, then the module (modinfo(8))."""
    if name not in there:
        return  # It is built into the kernel.
    found = re.search(rb"\0depends=([^\0]*)\0", there[name].read_bytes())
    assert found, name
    for one in filter(None, found[1].decode().split(",")):
        yield from _needed(one.replace("-", "_"), there)
    yield name


def _bake(work: Path, more: str) -> Baked:
    """Build the overlay and the closure as a user does, with the real Nix.

    ``more`` are further tables of voidgen.toml.
    """
    project, nix = work / "project", work / "nix"
    nix.mkdir()
    shutil.copytree(PACKAGES, project / "packages", ignore=shutil.ignore_patterns("busybox"))
    shutil.copy(shutil.which("busybox") or "busybox", project / "packages/busybox")
    given = project / "packages/with-dconf/given"
    given.mkdir(parents=True)
    dconf = shutil.which("dconf")
    assert dconf
    shutil.copy(dconf, given / "dconf")
    for library in re.findall(r"(/\S+) \(0x", _said("ldd", dconf)):
        shutil.copy(library, given / ("loader" if "/ld-" in library else Path(library).name))
    write(
        project,
        {
            "voidgen.toml": TOML + more,
            "packages/with-dconf/default.nix": SET,
            "overlay-src/own/module.toml": OWN,
            "overlay-src/own/files/etc/sv/ticker/run": TICKER,
            "overlay-src/own/files/etc/hostname": "of-the-overlay\n",
        },
    )
    _said("git", "init", "--quiet", project)
    _said("git", "-C", project, "add", "--all")
    done = voidgen("generate", cwd=project)
    assert done.status == 0, done.err
    (image,) = json.loads(
        in_store(nix, "nix", "build", "--json", "--no-link", f"{project}#default")
    )
    out = image["outputs"]["out"]
    profile = (nix / Path(out).relative_to("/nix") / "profile").readlink()
    return Baked(nix, project, out, str(profile), "")


def _root(root: Path, baked: Baked) -> None:
    """Write the files of an installed Void, and the ISO's over them."""
    for name in ("passwd", "group"):
        shutil.copy(root / f"usr/share/base-passwd/{name}.master", root / "etc" / name)
    users = [line.split(":")[0] for line in (root / "etc/passwd").read_text().splitlines()]
    (root / "etc/shadow").write_text("".join(f"{user}:*:19000:0:99999:7:::\n" for user in users))
    with (root / "etc/passwd").open("a") as stream:
        stream.write("messagebus:x:101:101::/nonexistent:/usr/sbin/nologin\n")
    with (root / "etc/group").open("a") as stream:
        stream.write("messagebus:x:101:\nnixbld:x:30000:\n")
    shutil.copytree(GUEST / "root", root, symlinks=True, dirs_exist_ok=True)
    for path in ("proc", "sys", "dev", "run", "tmp", "root", "home", "mnt", "var/log"):
        (root / path).mkdir(parents=True, exist_ok=True)
    (root / "tmp").chmod(0o1777)
    _accounts(root, baked)
    # A stand-in for a vendor's driver, which only has to be mappable.
    (library,) = (root / "usr/lib").glob("*/libz.so.1")
    shutil.copy(library, root / "usr/lib/libEGL_guest.so.0")
    _said("ldconfig", "-r", root)
    (root / "var/service").symlink_to("/run/runit/runsvdir/current")
    for runlevel in ("default", "single"):
        (root / "etc/runit/runsvdir" / runlevel).mkdir(parents=True, exist_ok=True)
    (root / "etc/runit/runsvdir/current").symlink_to("default")
    lay_overlay(baked, root)
    lay_store(baked, root)


def _accounts(root: Path, baked: Baked) -> None:
    """Do what scripts/shells.sh does."""
    image = json.loads(baked.read("manifest.json"))["plan"]["image"]
    users = root / "etc/passwd"
    users.write_text(
        re.sub(r"(?m)^(root:.*:)[^:\n]*$", rf"\g<1>{image['root-shell']}", users.read_text())
    )
    shells = ("/bin/sh", "/bin/bash", image["root-shell"], image["user-shell"])
    (root / "etc/shells").write_text("".join(f"{one}\n" for one in shells))


def _said(*words: str | Path) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"
    return done.stdout
