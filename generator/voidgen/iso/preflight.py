"""Find what would make a run fail, before a container starts."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import StepFailedError
from voidgen.nix import store_paths

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path, PurePath


def closure(store_paths: Iterable[PurePath]) -> None:
    """Raise StepFailedError if a path of the closure is missing in the store."""
    missing = [str(path) for path in store_paths if not os.path.lexists(path)]
    if missing:
        what = f"the Nix store does not have {', '.join(missing)}"
        raise StepFailedError(what, "run `nix-store --verify --check-contents --repair`")


def whole(*tops: Path) -> None:
    """Raise StepFailedError if a path that one of ``tops`` needs is damaged."""
    store_paths.check(tops, "repair each path that Nix names: `nix store repair PATH`")


COMPRESSED = 0.5
"""Maximum size of a squashfs relative to its root tree: measured 0.35 (xz) to 0.47 (gzip)."""
BESIDE = 1 << 27
"""Bytes of the ISO besides its squashfs: kernel, initramfs, boot loaders."""


@frozen
class Needed:
    """How many bytes a run needs in ``folder``, and for what."""

    folder: Path
    size: int
    what: str


def estimate(packages: int, closure: int, storage: Path | None, out: Path) -> tuple[Needed, ...]:
    """Return the space that a run needs; ``packages`` and ``closure`` are unpacked bytes.

    The closure is never copied: only the squashfs contains it. ``storage`` is None if the build
    is in memory.
    """
    iso = Needed(out, int(COMPRESSED * (packages + closure)) + BESIDE, "the ISO")
    if storage is None:
        return (iso,)
    return (Needed(storage, build(packages), "the root trees and the boot files"), iso)


def build(packages: int) -> int:
    """Return the bytes that the container's /build needs; ``packages`` are unpacked bytes."""
    return packages + 2 * BESIDE


def space(needed: Iterable[Needed]) -> None:
    """Raise StepFailedError if a file system has too little space.

    Ignores folders that are not on this machine, as with a remote engine.
    """
    by_device: dict[int, list[Needed]] = {}
    for one in needed:
        if one.folder.is_dir():
            by_device.setdefault(one.folder.stat().st_dev, []).append(one)
    for each in by_device.values():
        free, size = shutil.disk_usage(each[0].folder).free, sum(one.size for one in each)
        if free < size:
            places = " and ".join(f"{one.what} ({one.folder})" for one in each)
            what = (
                f"too little space: voidgen needs about {size >> 20} MiB for {places}, "
                f"but only {free >> 20} MiB are free"
            )
            raise StepFailedError(what, "free some space, or add --no-space-check")
