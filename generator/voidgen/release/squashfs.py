"""Read the root tree of someone else's ISO with unsquashfs, which neither mounts nor unpacks it."""

from __future__ import annotations

import os
import re
import shutil
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import StepFailedError, WrongInputError
from voidgen.image import of_iso
from voidgen.iso import root_tree
from voidgen.iso.root_tree import RootTree
from voidgen.provenance.beside import why
from voidgen.system import process, sri

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from voidgen.iso.root_tree import RootEntry

PROGRAM, PACKAGE = "unsquashfs", "squashfs-tools"
OLDEST = (4, 5)
"""The first release of squashfs-tools that prints files (``-cat``)."""
SQUASHFS = "/LiveOS/squashfs.img"
PASSWD, GROUP = "/etc/passwd", "/etc/group"
PATIENCE = 900.0
"""Time limit in seconds for one run of unsquashfs; it lists a million names in one second."""
TOGETHER = 200
"""Files that one run of unsquashfs prints: their paths must fit into its arguments."""
PIECE = 1 << 26
"""Bytes that one run prints, unless a single file is larger."""


class UnreadableError(Exception):
    """A root tree cannot be listed: what is wrong, and the messages of unsquashfs."""

    def __init__(self, what: str, output: str = "") -> None:
        """Take a line without the ISO's name."""
        super().__init__(what)
        self.what = what
        self.output = output


def unusable() -> str:
    """Return why this machine's unsquashfs cannot be used; empty if it can."""
    if not shutil.which(PROGRAM):
        return f"{PROGRAM} is not installed ({PACKAGE})"
    try:
        done = process.run([PROGRAM, "-version"], cwd=Path("/"), check=False, timeout=PATIENCE)
    except (StepFailedError, TimeoutError):
        return ""  # `read` reports it.
    found = re.match(rb"unsquashfs version (\d{1,4})\.(\d{1,4})", done.stdout)
    if found is None or tuple(map(int, found.groups())) >= OLDEST:
        return ""
    version, oldest = ".".join(map(bytes.decode, found.groups())), ".".join(map(str, OLDEST))
    return f"{PROGRAM} is {version}, and {oldest} or later is needed ({PACKAGE})"


def read(iso: Path, hashed: Iterable[str]) -> RootTree:
    """Return the root tree of ``iso``, with the hashes of the files ``hashed`` that can be read.

    Raises UnreadableError if it cannot be listed.
    """
    squashfs = _Squashfs(iso, _offset(iso))
    entries = squashfs.entries()
    accounts = dict(squashfs.contents([PASSWD, GROUP], entries))
    users, groups = (
        root_tree.ids(accounts.get(path, b"").decode(errors="surrogateescape"))
        for path in (PASSWD, GROUP)
    )
    files = squashfs.contents(dict.fromkeys(hashed), entries)
    return RootTree(entries, users, groups, {path: sri.of_bytes(data) for path, data in files})


def _offset(iso: Path) -> int:
    try:
        place = of_iso.extent(iso, SQUASHFS)
    except (OSError, WrongInputError) as error:
        raise UnreadableError(f"the ISO cannot be read: {why(error)}") from None
    if place is None:
        raise UnreadableError(f"the ISO has no {SQUASHFS}")
    return place[0]


@frozen
class _Squashfs:
    """A squashfs that begins ``offset`` bytes into the file ``iso``."""

    iso: Path
    offset: int

    def entries(self) -> dict[str, RootEntry]:
        """Return all entries by path; UnreadableError if they cannot be listed."""
        done = self._run("-lln", "-d", "")
        if done.status:
            messages = done.stderr.decode(errors="replace").strip()
            raise UnreadableError(f"{SQUASHFS} cannot be read", messages)
        return root_tree.entries(done.stdout.decode(errors="surrogateescape"))

    def contents(
        self, paths: Iterable[str], entries: Mapping[str, RootEntry]
    ) -> Iterator[tuple[str, bytes]]:
        """Yield each of ``paths`` that is a readable file, with its bytes."""
        files = (path for path in paths if path in entries and entries[path].kind == "file")
        sizes = ((path, entries[path].size) for path in files)
        for batch in _batches(one for one in sizes if one[1] <= process.LARGEST):
            yield from self._print(batch)

    def _print(self, batch: Mapping[str, int]) -> Iterator[tuple[str, bytes]]:
        """Yield the bytes of files; ``batch`` has their sizes."""
        done = self._run("-no-wildcards", "-cat", after=batch)
        if not done.status and len(done.stdout) == sum(batch.values()):
            start = 0
            for path, size in batch.items():
                yield path, done.stdout[start : start + size]
                start += size
        elif len(batch) > 1:
            for path, size in batch.items():
                yield from self._print({path: size})

    def _run(self, *options: str, after: Iterable[str] = ()) -> process.Completed:
        words = [PROGRAM, *options, "-o", str(self.offset), os.path.abspath(self.iso), *after]
        try:
            return process.run(words, cwd=Path("/"), check=False, timeout=PATIENCE)
        except TimeoutError:
            what = f"reading {SQUASHFS} takes more than {PATIENCE:g} seconds"
            raise UnreadableError(what) from None
        except StepFailedError as error:
            raise UnreadableError(error.what, error.output) from None


def _batches(sizes: Iterable[tuple[str, int]]) -> Iterator[dict[str, int]]:
    """Yield the files in groups that unsquashfs can print in one run."""
    waiting = iter(sizes)
    while batch := dict(islice(waiting, TOGETHER)):
        group: dict[str, int] = {}
        for path, size in batch.items():
            if group and sum(group.values()) + size > PIECE:
                yield group
                group = {}
            group[path] = size
        yield group
