"""Find what is wrong with the ISO that mklive made, by the lists of its content and by the log."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from voidgen.iso import (
    differences,
    identity,
    initramfs,
    kernels,
    listing,
    menus,
    mklive_log,
    root_tree,
    verify,
)
from voidgen.iso.identity import Identity
from voidgen.iso.root_tree import RootTree
from voidgen.iso.wanted import Root
from voidgen.system.path_patterns import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from voidgen.iso.kernels import Kernel
    from voidgen.iso.wanted import Services, Wanted
    from voidgen.system.decompression import Decompress

SHOWN = 20
"""Number of faults that a message shows."""
DIFFERS = "mklive succeeded, but the ISO differs from the plan"
"""What the message says before the faults."""


class Expected(NamedTuple):
    """What the ISO should be.

    ``arch`` is Void's name of the architecture, ``entries`` are the manifest's, ``include`` is the
    overlay as Nix built it, ``store_paths`` is the closure, ``mklive`` the source of mklive,
    ``kernel`` is what it boots, ``boot_menu`` the job's file of that name, empty if the menus are
    mklive's.
    """

    arch: str
    entries: tuple[Wanted, ...]
    include: Path
    store_paths: tuple[str, ...]
    mklive: Path
    services: Services
    kernel: Kernel
    root: Root = Root()
    boot_menu: bytes = b""
    identity: Identity = Identity()


def faults(
    expected: Expected, results: Path, log: str, source_date: int, decompress: Decompress
) -> Iterator[str]:
    """Yield how the files of ``results``, and mklive's ``log``, differ from what is ``expected``.

    ``results`` has the lists that scripts/build.sh writes, ``log`` is from `mklive_log.plain`.
    ``source_date`` is the time of all files that a run makes, in seconds since 1970. Raises OSError
    if a list or a path of ``expected`` cannot be read.
    """
    squashfs, sums, iso, passwd, group = (
        (results / name).read_bytes().decode(errors="surrogateescape")
        for name in ("squashfs.list", "overlay.sums", "iso.list", "passwd", "group")
    )
    tree = RootTree(
        root_tree.entries(squashfs),
        root_tree.ids(passwd),
        root_tree.ids(group),
        root_tree.hashes(sums),
    )
    own = initramfs.hooks_of(expected.include / initramfs.PERSISTENCE)
    hooks, sizes = [*initramfs.hooks(expected.mklive), *own], verify.sizes(iso)
    outside = {*OUTSIDE, *(path.rpartition("/")[0] for path in expected.store_paths)}
    found = chain(
        mklive_log.faults(log),
        verify.boot(expected.arch, iso),
        menus.faults(expected.boot_menu, results / "menus", sizes.keys()),
        menus.platforms(expected.root.platforms, results / "menus"),
        verify.loaders(expected.arch, results / "efi", source_date),
        verify.initrd(results / "initrd", tree.entries, hooks, expected.kernel, decompress),
        kernels.in_root_tree(expected.kernel, sizes, tree.entries),
        verify.init_program(tree.entries.keys()),
        verify.packages((results / "pkgdb.plist").read_bytes(), expected.root.base),
        differences.overlay(listing.entries(expected.entries, expected.include), tree),
        differences.services(*expected.services, tree),
        differences.left(expected.root.removed, outside, tree),
        identity.faults(expected.identity, tree),
        identity.shells(expected.identity, tree, results),
        identity.other_labels(expected.identity.volume_label, results),
        differences.closure(expected.store_paths, tree),
        differences.store_files(expected.store_paths, tree),
    )
    return map(str, found)


def too_large(iso: Path, limit: int | None) -> Iterator[str]:
    """Yield a line if the file ``iso`` has more bytes than ``limit``.

    That is `[image] max-size`, which the manifest has as ``max-size``; None if there is no limit.
    """
    found = iso.stat().st_size
    if limit is not None and found > limit:
        yield (
            f"the ISO has {found} bytes, {found - limit} more than [image] max-size in "
            "voidgen.toml allows"
        )
