"""``make bench-iso``: measures how a closure gets into the ISO, compared with the old way.

The old way, of shell scripts, copies the store with rsync. mklive copies it again with ``-I``,
fills an ext3 image with it and makes an xz squashfs of that. Both ways get the same closure, made
of this machine's files, and the same small root tree, and run the same xorriso at the end. Needs
root and a loop device.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen
from rich.console import Console
from rich.table import Table

from voidgen.config.mklive import Squashfs
from voidgen.iso import inputs
from voidgen.plan import mklive_job

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCES = ("/usr/lib", "/usr/share", "/usr/bin")
PATH_SIZE = 8 << 20
"""Bytes of an invented store path: in a real closure, about as many are larger as smaller."""
TIME, WRITTEN = 1 / 3, 1.2
"""Goals: part of the old way's time; part of the ISO's size, without the root tree."""
ISO = ("-iso-level", "3", "-rock")


@frozen
class Way:
    """What one way needs: seconds, bytes written to the disk, bytes of the ISO.

    ``memory`` is the size of the largest process so far, in KiB.
    """

    seconds: float
    written: int
    size: int
    memory: int


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how a closure gets into the ISO.")
    parser.add_argument("--mebibytes", type=int, default=4096, help="of the closure")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="voidgen-bench-", dir=asked.folder) as name:
        folder = Path(name)
        size = _store(folder / "store", asked.mebibytes << 20)
        print(f"a closure of {size >> 20} MiB", file=sys.stderr)
        root = folder / "root"
        _root(root)
        tree = sum(file.lstat().st_size for file in root.rglob("*"))
        new = _measured(folder, lambda iso: _new(folder, root, iso))
        old = _measured(folder, lambda iso: _old(folder, root, iso))
        _print(old, new, tree, _direct(folder))


def _store(store: Path, size: int) -> int:
    """Fill ``store`` with paths of real files, about ``size`` bytes, and return their bytes."""
    store.mkdir()
    total = filled = 0
    place = store / "none"
    for top in SOURCES:
        for parent, _, names in os.walk(top):
            for name in names:
                source = Path(parent, name)
                if source.is_symlink() or not source.is_file():
                    continue
                if not filled or filled > PATH_SIZE:
                    place, filled = store / f"{total:032x}-bench-{total}", 0
                copy = place / source.relative_to("/")
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, copy)
                filled += copy.stat().st_size
                total += copy.stat().st_size
                if total >= size:
                    return total
    return total


def _root(root: Path) -> None:
    for name in ("proc", "sys", "dev", "run", "tmp", "nix", "etc", "usr/bin"):
        (root / name).mkdir(parents=True)
    shutil.copy("/bin/bash", root / "usr/bin/bash")
    (root / "etc/group").write_text("root:x:0:\nnixbld:x:30000:\n")


MKLIVE = """umount_pseudofs() {{ :; }}
die() {{ exit 1; }}
BUILDDIR={folder}/new IMAGEDIR={folder}/new/image ROOTFS={folder}/new/image/rootfs
VOIDHOSTDIR=/ OUTPUT_FILE={iso}
generate_iso_image() {{
	"$VOIDHOSTDIR"/usr/bin/xorriso -as mkisofs {options} -output "$OUTPUT_FILE" "$IMAGEDIR" || die
}}
generate_squashfs
generate_iso_image
"""
"""The steps of mklive that voidgen replaces."""


def _new(folder: Path, root: Path, iso: Path) -> None:
    """Run what runs in the container, in a namespace with the container's folders."""
    home, build = folder / "home", folder / "new"
    (home / "job").mkdir(parents=True)
    (build / "image").mkdir(parents=True)
    _run("cp", "-a", root, build / "image/rootfs")
    for name, data in inputs.scripts().items():
        (home / name).write_bytes(data)
    names = sorted(path.name for path in (folder / "store").iterdir())
    for name, lines in {
        "squashfs": mklive_job.squashfs(Squashfs()),
        "store": ["nix/store"],
        "store-paths": names,
        "registration": [],
    }.items():
        (home / "job" / name).write_text("".join(f"{line}\n" for line in lines))
    script = MKLIVE.format(folder=folder, iso=iso, options=" ".join(ISO))
    (home / "mklive.sh").write_text(script)
    _run(
        "bwrap", "--cap-add", "ALL", "--tmpfs", "/", "--dev", "/dev", "--proc", "/proc",
        *(word for top in ("/usr", "/bin", "/lib", "/lib64", "/sbin", "/etc") if Path(top).exists()
          for word in ("--ro-bind", top, top)),
        "--bind", folder, folder, "--ro-bind", home, "/voidgen",
        "--ro-bind", folder / "store", "/closure",
        "--setenv", "BASH_ENV", "/voidgen/hooks.bash", "bash", "/voidgen/mklive.sh",
    )  # fmt: skip


def _old(folder: Path, root: Path, iso: Path) -> None:
    include, rootfs, image, tmp = (folder / name for name in ("include", "rootfs", "old", "tmp"))
    for one in (include / "nix", image / "LiveOS", tmp / "LiveOS", folder / "mounted"):
        one.mkdir(parents=True)
    _run("rsync", "-a", f"{folder}/store/", include / "nix/store/")
    _run("cp", "-a", root, rootfs)
    _run("cp", "-rfpP", include / "nix", rootfs)
    size = int(subprocess.check_output(["du", "--apparent-size", "-sm", rootfs]).split()[0])
    disk = tmp / "LiveOS/ext3fs.img"
    _run("truncate", "-s", f"{size * 2}M", disk)
    _run("mkfs.ext3", "-q", "-F", "-m1", disk)
    _run("mount", "-o", "loop", disk, folder / "mounted")
    try:
        _run("cp", "-a", f"{rootfs}/.", folder / "mounted")
    finally:
        _run("umount", folder / "mounted")
    _run("mksquashfs", tmp, image / "LiveOS/squashfs.img", "-comp", "xz", "-no-progress")
    _iso(image, iso)


def _iso(image: Path, iso: Path) -> None:
    _run("xorriso", "-as", "mkisofs", *ISO, "-output", iso, image)


def _direct(folder: Path) -> int:
    """Return the bytes of the squashfs that mksquashfs alone makes of the old way's root tree."""
    image = folder / "direct.img"
    _run("mksquashfs", folder / "rootfs", image, *mklive_job.squashfs(Squashfs()), "-all-root")
    return image.stat().st_size


def _measured(folder: Path, way: Callable[[Path], None]) -> Way:
    iso = folder / "image.iso"
    iso.unlink(missing_ok=True)
    os.sync()
    start, written = time.monotonic(), _written(folder)
    way(iso)
    os.sync()
    seconds = time.monotonic() - start
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return Way(seconds, _written(folder) - written, iso.stat().st_size, memory)


def _written(folder: Path) -> int:
    """Return the bytes that the whole disk wrote: a loop device's belong to no process."""
    device = folder.stat().st_dev
    stat = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}/stat")
    return int(stat.read_text().split()[6]) * 512


def _run(*words: str | Path) -> None:
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _print(old: Way, new: Way, tree: int, direct: int) -> None:
    table = Table("", "seconds", "written", "ISO", box=None, pad_edge=False)
    for name, way in (("rsync, -I, ext3, xz", old), ("bound, squashfs, zstd", new)):
        written, size = (f"{count >> 20} MiB" for count in (way.written, way.size))
        table.add_row(name, f"{way.seconds:.0f}", written, size)
    Console(width=100).print(table)
    time_, bytes_ = new.seconds / old.seconds, (new.written - tree) / new.size
    print(f"time: {time_:.2f} of the old way's (goal: {TIME:.2f})")
    # Compare the ISO's size, because the ISO has little else.
    print(f"size: {new.size / direct:.3f} of what mksquashfs makes by itself (goal: 1.05)")
    print(f"memory of the largest process: {new.memory >> 10} MiB")
    print(f"written, less the root tree: {bytes_:.2f} of the ISO's size (goal: {WRITTEN})")


if __name__ == "__main__":
    main()
