"""Find how a root tree differs from the overlay and the closure that it should have.

`voidgen iso` and `voidgen verify` judge by this. Pure, except for `store_files`.
"""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING, Literal, NamedTuple

from voidgen.iso.root_tree import KINDS, SPECIAL, RootEntry
from voidgen.system import path_patterns

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from voidgen.iso.root_tree import RootTree
    from voidgen.iso.wanted import Wanted

STORE_TIMES = ("1970-01-01 00:00", "1970-01-01 00:00:01")
"""Second 1, with and without the seconds."""
_IN_STORE = re.compile(r"/[^\0]*/[0-9a-z]{32}-[^/\0]+")

_RUNLEVEL = "/etc/runit/runsvdir/default"

Problem = Literal[
    "missing",
    "unexpected",
    "other",
    "target",
    "content",
    "unreadable",
    "time",
    "enabled",
    "empty",
    "left",
]
_WORDS: dict[Problem, str] = {
    "missing": "{0} is missing",
    "unexpected": "{0} is not in the closure",
    "other": "{0} is {1}, but should be {2}",
    "target": "{0} leads to {1}, but should lead to {2}",
    "content": "{0} has other content: its hash is {1}, but should be {2}",
    "unreadable": "{0} cannot be read",
    "time": "{0} has the time {1}, but should have {2}",
    "enabled": "{0} enables a service that voidgen.toml disables",
    "empty": "{0} enables a service, but no package or file of the image has {1}",
    "left": "{0} is there, but [image] remove-files has the pattern {1}",
}


class Difference(NamedTuple):
    """A path of the root tree with what is there, and what should be there.

    ``other`` is another kind, mode, owner or size.
    """

    path: str
    problem: Problem
    found: str = ""
    expected: str = ""

    def __str__(self) -> str:
        """As messages say it."""
        return _WORDS[self.problem].format(self.path, self.found, self.expected)


def overlay(entries: Iterable[Wanted], tree: RootTree, profile: str = "") -> Iterator[Difference]:
    """Yield how ``tree`` differs from the overlay's ``entries``.

    Compares the content of each file with a hash. ``profile`` stands for the baked profile, which
    may be any store path, at the start of a target.
    """
    for entry in entries:
        there = tree.entries.get(entry.path)
        if there is None:
            yield Difference(entry.path, "missing")
        elif there.kind != entry.type:
            yield Difference(entry.path, "other", f"a {there.kind}", f"a {entry.type}")
        elif entry.target is not None:
            if not _leads(there.target, entry.target, profile):
                yield Difference(entry.path, "target", there.target, entry.target)
        elif entry.mode is not None:
            yield from _owned(entry, entry.mode, there, tree)
            yield from _content(entry, tree)


def services(
    enabled: Iterable[str], disabled: Iterable[str], tree: RootTree
) -> Iterator[Difference]:
    """Yield links of ``disabled`` services, and ``enabled`` services that nothing provides."""
    for name in enabled:
        folder = f"/etc/sv/{name}"
        if folder not in tree.entries:
            yield Difference(f"{_RUNLEVEL}/{name}", "empty", folder)
    for name in disabled:
        link = f"{_RUNLEVEL}/{name}"
        if link in tree.entries:
            yield Difference(link, "enabled")


def left(patterns: Iterable[str], outside: Iterable[str], tree: RootTree) -> Iterator[Difference]:
    """Yield the paths that a pattern of [image] remove-files matches.

    ``outside`` are the folders where no pattern removes anything.
    """
    tops = tuple(f"{folder}/" for folder in outside)
    for pattern in patterns:
        matches = path_patterns.compiled(pattern).fullmatch
        for path in tree.entries:
            if matches(os.fsencode(path)) and not f"{path}/".startswith(tops):
                yield Difference(path, "left", pattern)


def _owned(entry: Wanted, mode: int, there: RootEntry, tree: RootTree) -> Iterator[Difference]:
    owner = _number(entry.owner, tree.users), _number(entry.group, tree.groups)
    found = f"{there.mode:04o} {there.owner[0]}:{there.owner[1]}"
    expected = f"{mode:04o} {owner[0]}:{owner[1]}"
    if found != expected:
        yield Difference(entry.path, "other", found, expected)


def _number(name: str, known: Mapping[str, int]) -> str:
    """Return the number of a user or group, or the name if the root tree does not have it."""
    return name if name.isdecimal() else str(known.get(name, name))


def _content(entry: Wanted, tree: RootTree) -> Iterator[Difference]:
    if entry.hash is None:
        return
    found = tree.hashes.get(entry.path)
    if found is None:
        yield Difference(entry.path, "unreadable")
    elif found != entry.hash:
        yield Difference(entry.path, "content", found, entry.hash)


def _leads(found: str, target: str, profile: str) -> bool:
    """Return whether a link leads to ``target``, which may begin with ``profile``."""
    rest = target.removeprefix(profile)
    if rest == target:
        return found == target
    return found.endswith(rest) and bool(_IN_STORE.fullmatch(found.removesuffix(rest)))


def closure(store_paths: Collection[str], tree: RootTree) -> Iterator[Difference]:
    """Yield the ``store_paths`` that ``tree`` does not have, and the others that it has."""
    wanted = {*store_paths}
    stores = {path.rpartition("/")[0] for path in wanted}
    there = {path for path in tree.entries if path.rpartition("/")[0] in stores}
    yield from (Difference(path, "missing") for path in sorted(wanted - there))
    # `.links` is nix-daemon's folder of hard links between equal files.
    more = {path for path in there - wanted if not path.endswith("/.links")}
    yield from (Difference(path, "unexpected") for path in sorted(more))


def store_files(store_paths: Iterable[str], tree: RootTree) -> Iterator[Difference]:
    """Yield how the files of store paths in ``tree`` differ from those in the machine's store.

    Compares kind, size and target. Owners, modes and times must be Nix's (Nix manual, "Store
    object"), whatever this machine's store has. `closure` finds whole store paths that are missing.
    """
    for top in store_paths:
        if top not in tree.entries:
            continue
        for path, status, target in _walk(top):
            there = tree.entries.get(path)
            if there is None:
                yield Difference(path, "missing")
                continue
            expected = _of_store(status, target)
            size = there.size if expected.kind == "file" else 0
            found = there._replace(time="", size=size)
            if found != expected:
                yield Difference(path, "other", str(found), str(expected))
            elif there.time not in STORE_TIMES:
                yield Difference(path, "time", there.time, STORE_TIMES[1])


def _of_store(status: os.stat_result, target: str) -> RootEntry:
    """Return the image's entry for a file of the store; folders and links have size 0."""
    kind = KINDS.get(stat.filemode(status.st_mode)[0], SPECIAL)
    if kind == "file":
        mode = 0o555 if status.st_mode & 0o111 else 0o444
        return RootEntry(kind, mode, (0, 0), status.st_size)
    return RootEntry(kind, 0o777 if kind == "symlink" else 0o555, (0, 0), 0, target)


def _walk(top: str) -> Iterator[tuple[str, os.stat_result, str]]:
    status = os.lstat(top)
    yield top, status, os.readlink(top) if stat.S_ISLNK(status.st_mode) else ""  # noqa: PTH115
    if not stat.S_ISDIR(status.st_mode):
        return
    waiting = [top]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                target = os.readlink(entry.path) if entry.is_symlink() else ""  # noqa: PTH115
                yield entry.path, entry.stat(follow_symlinks=False), target
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
