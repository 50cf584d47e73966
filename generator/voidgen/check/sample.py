"""Copy store paths, and change everything that is not part of their content."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.check import conditions
from voidgen.plan.job_format import CLOSURE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from voidgen.check.conditions import Condition

LARGEST = 64 << 20
"""Maximum bytes to copy in total."""
MOST = 64
"""Maximum number of store paths to copy: each is an argument of the container engine."""
ATTRIBUTES = ("user.voidgen", "security.selinux")
"""Extended attributes that another machine's store may have."""


def choose(sizes: Mapping[Path, int], several: Callable[[Path], bool]) -> tuple[Path, ...]:
    """Return the smallest store paths of ``sizes``, up to `LARGEST` bytes and `MOST` paths.

    At least one of them has ``several`` files, if any path has, whatever its size. Pure if
    ``several`` is pure.
    """
    ordered = sorted(sizes, key=lambda path: (sizes[path], path))
    chosen: list[Path] = []
    total = 0
    for path in ordered[:MOST]:
        total += sizes[path]
        if total > LARGEST:
            break
        chosen.append(path)
    if not any(map(several, chosen)):
        chosen += islice(filter(several, ordered[len(chosen) :]), 1)
    return tuple(chosen)


def has_several_files(path: Path) -> bool:
    """Return whether a store path is a folder with more than one file in it."""
    return len([*islice(_files(path), 2)]) > 1


def vary(sizes: Mapping[Path, int], folder: Path) -> Condition:
    """Copy a sample of store paths into ``folder``; return the condition that mounts the copies.

    ``sizes`` are the bytes of each path of the closure.
    """
    # A link cannot be mounted over another link.
    real = {path: size for path, size in sizes.items() if not path.is_symlink()}
    chosen = choose(real, has_several_files)
    if not chosen:
        return conditions.store((), "").without("the closure has no store path to copy")
    folder.mkdir()
    for path in chosen:
        _copy(path, folder / path.name)
    links = ["hard links"] if _relink(chosen, folder) else []
    other = [*_disguise(folder), *links]
    words = tuple(f"--volume={folder / one.name}:{CLOSURE}/{one.name}:ro" for one in chosen)
    about = f"with other {', '.join(other)} for {len(chosen)} of its {len(sizes)} paths"
    return conditions.store(words, about)


def _copy(path: Path, copy: Path) -> None:
    """Copy a store path, writable, without its hard links."""
    if path.is_dir():
        shutil.copytree(path, copy, symlinks=True)
    else:
        shutil.copy2(path, copy)
    for one in (copy, *copy.rglob("*")):
        if not one.is_symlink():
            one.chmod(one.stat().st_mode | stat.S_IWUSR)


def _relink(chosen: tuple[Path, ...], folder: Path) -> bool:
    """Hard-link equal copies that are not linked in the store; return whether links now differ.

    Files that the store links are separate in the copies: `_copy` keeps no hard links.
    """
    known: dict[tuple[str, int], Path] = {}
    differ = False
    for path in chosen:
        for file in _files(path):
            status = file.stat()
            if status.st_nlink > 1 or not status.st_size:
                differ = differ or status.st_nlink > 1
                continue
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            copy = folder / file.relative_to(path.parent)
            first = known.setdefault((content, status.st_mode & 0o111), copy)
            if first != copy:
                copy.unlink()
                copy.hardlink_to(first)
                differ = True
    return differ


def _disguise(folder: Path) -> list[str]:
    """Change everything that is not content in each copy; return the names of what changed."""
    root, taken = os.getuid() == 0, set()
    # Times as in container images, in copies, and in Nix stores.
    dates = ((0, 0), None, (1, 1))
    tops = {path: number for number, path in enumerate(sorted(folder.iterdir()))}
    for path in sorted(folder.rglob("*"), reverse=True):
        for name in ATTRIBUTES:
            # Some attributes need privileges, and some file systems support none.
            with suppress(OSError):
                os.setxattr(path, name, b"voidgen", follow_symlinks=False)
                taken.add(name)
        if root:
            os.chown(path, 1, 1, follow_symlinks=False)
        top = folder / path.relative_to(folder).parts[0]
        os.utime(path, dates[tops[top] % len(dates)], follow_symlinks=False)
    owners = ["owners"] if root else []
    attributes = [f"attributes ({', '.join(sorted(taken))})"] if taken else []
    return ["times", "modes", *owners, *attributes]


def _files(path: Path) -> Iterator[Path]:
    """Yield the regular files of a store path."""
    if path.is_file() and not path.is_symlink():
        yield path
        return
    for place, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            file = Path(place, name)
            if not file.is_symlink():
                yield file
