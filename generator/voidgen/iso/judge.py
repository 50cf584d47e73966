"""Compare the ISO with the plan."""

from __future__ import annotations

from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.errors import StepFailedError
from voidgen.iso import differences, initramfs, listing, root_tree, verify
from voidgen.iso.log import faults
from voidgen.iso.root_tree import RootTree
from voidgen.text import human_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voidgen.image import sizes
    from voidgen.image.sizes import Share
    from voidgen.iso.job import Built
    from voidgen.plan.plan import Plan

SHOWN = 20
LARGEST = 5
"""Number of packages that are named if the ISO is too large."""


def judge(plan: Plan, built: Built, results: Path, log: str, source_date: int) -> None:
    """Check the container's ``results`` and mklive's ``log``.

    ``source_date`` is the time of all files that a run makes, in seconds since 1970. Raises
    StepFailedError that names what is wrong.
    """
    lists = {
        name: (results / name).read_text(errors="surrogateescape")
        for name in (
            *("squashfs.list", "overlay.sums", "iso.list"),
            *("passwd", "group"),
        )
    }
    tree = RootTree(
        root_tree.entries(lists["squashfs.list"]),
        root_tree.ids(lists["passwd"]),
        root_tree.ids(lists["group"]),
        root_tree.hashes(lists["overlay.sums"]),
    )
    store_paths = [*map(str, built.store_paths)]
    wrong = chain(
        faults(log),
        verify.boot(plan.config.image.arch, lists["iso.list"]),
        verify.loaders(plan.config.image.arch, results / "efi", source_date),
        verify.initrd(results / "initrd", tree.entries, initramfs.hooks(Path(built.mklive))),
        verify.packages((results / "pkgdb.plist").read_bytes()),
        differences.overlay(listing.entries(built.image.plan.include, Path(built.include)), tree),
        differences.closure(store_paths, tree),
        differences.store_files(store_paths, tree),
    )
    first = [*map(str, islice(wrong, SHOWN))]
    if first:
        what = "mklive succeeded, but the ISO differs from the plan"
        remedy = "see the log; voidgen does not keep the ISO"
        raise StepFailedError(what, remedy, "\n".join(first))


def size(plan: Plan, built: Built, iso: Path, void: int) -> None:
    """Compare the size of ``iso`` with `[image] max-size`.

    ``void`` is the unpacked size of Void's packages in bytes. Raises StepFailedError if the ISO
    is larger, naming the largest packages.
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
        "remove packages, compress more with [mklive] squashfs, or raise max-size; "
        "voidgen does not keep the ISO"
    )
    raise StepFailedError(what, remedy, "\n".join(_largest(built.image.sizes, void)))


def _largest(found: sizes.Sizes, void: int) -> Iterator[str]:
    yield (
        f"before compression: {human_size(found.closure)} of Nix packages, "
        f"{human_size(void)} of Void's"
    )
    if found.packages:
        own = ((one, one.only) for one in found.packages)
        yield "Nix packages, with everything that only they need:"
        yield from _listed(own)
        yield "Nix packages, with everything that they need:"
        yield from _listed((one, one.closure) for one in found.packages)


def _listed(packages: Iterable[tuple[Share, int]]) -> Iterator[str]:
    first = sorted(packages, key=lambda row: (-row[1], row[0].name))[:LARGEST]
    for one, count in first:
        yield f"  {human_size(count):>9}  {one.name}"
