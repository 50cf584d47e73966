"""Write an ISO to a disk, and read it back."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from voidgen.errors import StepFailedError, refused
from voidgen.write import persistence
from voidgen.write.iso_file import PIECE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from voidgen.progress import Progress

BLKRRPART, BLKFLSBUF = 0x125F, 0x1261
"""Read the partition table again; drop the cached blocks (linux/fs.h)."""
OUTSIDE = "run voidgen outside of the container, or give the container this disk"


def open_disk(device: Path, command: str) -> int:
    """Return a descriptor of ``device``, which the kernel then lets nobody mount.

    Raises StepFailedError if the device is in use or not the user's to write: ``command`` is what
    to type then. In a container, not even root may write to most disks.
    """
    try:
        disk = os.open(device, os.O_RDWR | os.O_EXCL | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in {errno.EACCES, errno.EPERM}:
            what = f"{device}: you may not write to it"
            remedy = f"run `sudo {command}`" if os.geteuid() else OUTSIDE
            raise StepFailedError(what, remedy) from None
        if error.errno == errno.EBUSY:
            raise StepFailedError(f"{device}: is in use", "unmount it first") from None
        raise refused(error, device) from None
    if not stat.S_ISBLK(os.fstat(disk).st_mode):
        os.close(disk)
        raise StepFailedError(f"{device}: is not a disk", "run `voidgen write` for a list")
    return disk


def write(
    iso: Path,
    disk: int,
    hash_: str,
    progress: Progress,
    add_partition: Callable[[], None] | None = None,
) -> None:
    """Write ``iso``, whose SHA-256 is ``hash_``, to ``disk``, and compare what is there.

    ``add_partition`` is called between the two: it may fill empty entries of the partition table.

    The first piece, with the boot record and the partition table, is zero until all else is
    written: a disk that was left in between neither boots nor shows its old files.
    Raises StepFailedError if the system refuses, if the file is no longer what ``hash_`` says, or
    if the disk returns other bytes.
    """
    try:
        size = iso.stat().st_size
        read = hashlib.sha256()
        with iso.open("rb") as file, progress.transfer("writing", size) as moved:
            first = file.read(PIECE)
            read.update(first)
            _put(disk, bytes(len(first)), 0)
            os.fsync(disk)
            at = len(first)
            while piece := file.read(PIECE):
                read.update(piece)
                _put(disk, piece, at)
                os.fdatasync(disk)
                at += len(piece)
                moved(len(piece))
            if read.hexdigest() != hash_:
                # The disk stays without its first piece.
                what = f"{iso}: has changed while it was written"
                raise StepFailedError(what, "wait until the file is complete, and write it again")
            _put(disk, first, 0)
            os.fsync(disk)
            moved(len(first))
        if add_partition:
            add_partition()
            os.fsync(disk)
        _drop_cache(disk)
        made = hashlib.sha256()
        with progress.transfer("reading back", size) as moved:
            at = 0
            while at < size and (piece := os.pread(disk, min(PIECE, size - at), at)):
                if add_partition and not at:
                    piece = persistence.without_added(piece, first)
                made.update(piece)
                at += len(piece)
                moved(len(piece))
    except OSError as error:
        what = f"the disk is not usable: {error.strerror}"
        raise StepFailedError(what, "write it again; if that fails, take another") from None
    if made.hexdigest() != hash_:
        what = "the disk returns other bytes than the ISO has"
        raise StepFailedError(what, "write it again; if that fails, take another")
    with suppress(OSError):
        fcntl.ioctl(disk, BLKRRPART)


def _put(disk: int, data: bytes, at: int) -> None:
    view = memoryview(data)
    while view:
        done = os.pwrite(disk, view, at)
        view, at = view[done:], at + done


def _drop_cache(disk: int) -> None:
    """Make the kernel read from the medium; without the right to BLKFLSBUF, as far as it will."""
    with suppress(OSError):
        fcntl.ioctl(disk, BLKFLSBUF)
    os.posix_fadvise(disk, 0, 0, os.POSIX_FADV_DONTNEED)
