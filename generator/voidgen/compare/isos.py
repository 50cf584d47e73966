"""Find the files in which two ISOs differ, also in their squashfs."""

from __future__ import annotations

import shutil
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.compare import trees
from voidgen.image import iso_volume
from voidgen.system.process import run
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from collections.abc import Iterator

SQUASHFS = Path("LiveOS/squashfs.img")
SHOWN = 50
LINKS = 4
"""How often an ISO's bytes may be read at most: hard links are read once for each name."""


def differences(old: Path, new: Path, work: Path) -> Iterator[str]:
    """Yield a line for each difference; ``work`` is a folder for unpacked files.

    Raises OSError if the files do not fit there, GarbledError if an ISO is damaged, and
    StepFailedError if a squashfs cannot be read.
    """
    folders = [work / "one", work / "two"]
    for iso, folder in zip((old, new), folders, strict=True):
        _unpack(iso, folder)
    found = [*trees.differences(*folders)]
    images = [folder / SQUASHFS for folder in folders]
    if any(line.startswith(f"/{SQUASHFS}: ") for line in found) and shutil.which("unsquashfs"):
        inner = [*_squashfs(images, work)]
        found = [line for line in found if not line.startswith(f"/{SQUASHFS}: ")]
        found += inner or [f"/{SQUASHFS}: its files are the same, but stored in another way"]
    if not found:
        found = ["all files are the same: the ISO's own dates, order or boot records differ"]
    yield from islice(found, SHOWN)
    if len(found) > SHOWN:
        yield f"and {len(found) - SHOWN} more"


def _unpack(iso: Path, folder: Path) -> None:
    # Each hard link of a file is read separately.
    try:
        with iso_volume.open_volume(iso, iso.stat().st_size * LINKS) as volume:
            for place, names in volume.walk():
                _inside(folder, place).mkdir(parents=True, exist_ok=True)
                for name in names:
                    path = f"{place.rstrip('/')}/{name}"
                    volume.extract(path, _inside(folder, path))
    except iso_volume.DAMAGED as error:
        raise GarbledError(f"{iso.name} cannot be unpacked: {error}") from None


def _inside(folder: Path, path: str) -> Path:
    """Return where to unpack ``path`` of an ISO; GarbledError if that is not in ``folder``."""
    if ".." in path.split("/") or "\0" in path:
        raise GarbledError(f"{path!r} leads out of the ISO")
    return folder / path[1:]


def _squashfs(images: list[Path], work: Path) -> Iterator[str]:
    """Compare content by unpacking, but owners and times by lists: only root can unpack these."""
    roots, lists = [], []
    for number, image in enumerate(images):
        roots.append(work / f"root{number}")
        words = ["unsquashfs", "-no-progress", "-no-xattrs", "-ignore-errors", "-d"]
        run([*words, str(roots[-1]), str(image)], cwd=work, check=False)
        listed = run(["unsquashfs", "-lln", "-UTC", "-d", "", str(image)], cwd=work).stdout
        lists.append(dict(map(_entry, listed.decode(errors="replace").splitlines())))
    yield from (f"/{SQUASHFS}{line}" for line in trees.differences(*roots))
    for name in sorted(lists[0].keys() & lists[1].keys()):
        before, after = lists[0][name], lists[1][name]
        if before != after:
            yield f"/{SQUASHFS}{name}: {before} and {after}"


def _entry(line: str) -> tuple[str, str]:
    """Return the path, and the mode, owner and time, of a line of ``unsquashfs -lln``."""
    mode, owner, _, day, time, *rest = line.split(None, 5)
    return (rest[0] if rest else line), f"{mode} {owner} {day} {time}"
