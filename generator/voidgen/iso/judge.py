"""Whether the ISO is what was asked for: what came out, held against what went in."""

from __future__ import annotations

from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.errors import StepFailedError
from voidgen.iso import initramfs, listing, verify
from voidgen.iso.log import faults
from voidgen.text import human_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voidgen.image import sizes
    from voidgen.image.sizes import Share
    from voidgen.iso.job import Built
    from voidgen.plan.plan import Plan

SHOWN = 20
LARGEST = 5
"""Packages that are named where the ISO is too large."""


def judge(plan: Plan, built: Built, came: Path, log: str, source_date: int) -> None:
    """Look at what the container left in ``came``, and at mklive's ``log``.

    ``source_date`` is the one time of what a run makes, in seconds since 1970. Raises
    StepFailedError naming what is not right: there is no ISO then.
    """
    lists = {
        name: (came / name).read_text(errors="surrogateescape")
        for name in (
            *("squashfs.list", "overlay.sums", "iso.list"),
            *("passwd", "group"),
        )
    }
    found = verify.tree(lists["squashfs.list"])
    include = Path(built.include)
    ids = (verify.names(lists["passwd"]), verify.names(lists["group"]))
    wrong = chain(
        faults(log),
        verify.boot(plan.config.image.arch, lists["iso.list"]),
        verify.loaders(plan.config.image.arch, came / "efi", source_date),
        verify.initrd(came / "initrd", found, initramfs.hooks(Path(built.mklive))),
        verify.packages((came / "pkgdb.plist").read_bytes()),
        verify.overlay(
            listing.entries(built.image.plan.include, include),
            include,
            found,
            ids,
            verify.sums(lists["overlay.sums"]),
        ),
        verify.closure(built.store_paths, found),
    )
    first = list(islice(wrong, SHOWN))
    if first:
        what = "mklive ended well, but what it made is not what was asked for"
        remedy = "the log tells more; the ISO is not kept"
        raise StepFailedError(what, remedy, "\n".join(first))


def size(plan: Plan, built: Built, iso: Path, void: int) -> None:
    """Hold ``iso`` against `[image] max-size`; ``void`` are the bytes of Void's packages, unpacked.

    Raises StepFailedError where it is larger, naming what takes the most room.
    """
    image, found = plan.config.image, iso.stat().st_size
    limit = image.limit()
    if limit is None or found <= limit:
        return
    what = (
        f"the ISO has {human_size(found)}, {human_size(found - limit)} more than "
        f"[image] max-size in voidgen.toml allows: {image.max_size}"
    )
    remedy = (
        "leave packages out, compress more by [mklive] squashfs, or raise max-size; "
        "the ISO is not kept"
    )
    raise StepFailedError(what, remedy, "\n".join(_largest(built.image.sizes, void)))


def _largest(found: sizes.Sizes, void: int) -> Iterator[str]:
    yield (
        f"before compression: {human_size(found.closure)} of Nix packages, "
        f"{human_size(void)} of Void's"
    )
    if found.packages:
        alone = ((one, one.only) for one in found.packages)
        yield "Nix packages, by what each alone brings:"
        yield from _listed(alone)
        yield "with all that they need, shared or not:"
        yield from _listed((one, one.closure) for one in found.packages)


def _listed(packages: Iterable[tuple[Share, int]]) -> Iterator[str]:
    first = sorted(packages, key=lambda row: (-row[1], row[0].name))[:LARGEST]
    for one, count in first:
        yield f"  {human_size(count):>9}  {one.name}"
