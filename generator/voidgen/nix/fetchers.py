"""Fetching files, archives and trees into the Nix store, with their hashes."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from attrs import field, frozen

from voidgen.errors import StepFailedError
from voidgen.nix import commands, git_hosts, limits, log
from voidgen.nix.flake_attributes import Attributes, url
from voidgen.system import sri

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from voidgen.nix.limits import Limits


T = TypeVar("T")


class NotFoundError(StepFailedError):
    """The server has no such file (HTTP 404)."""


class OtherBytesError(StepFailedError):
    """The fetched file does not have the expected hash."""


_FILE_FAULTS = {
    r"HTTP error (?:404|410)|file:///.* \(37\)": NotFoundError,
    "hash mismatch": OtherBytesError,
}
"""Messages of Nix about a file that it could not fetch, and what they mean; 37 is curl's for a
missing file of this machine."""


@frozen
class Prefetched:
    """What was fetched into the Nix store: its hash in SRI form, and its path.

    ``url`` is the locked flake reference; "" if Nix prints none.
    """

    hash: str
    path: Path
    url: str = ""


@frozen
class _Fetched:
    """The JSON that Nix prints; 2.19 and later also print how a tree is ``locked``."""

    hash: str
    store_path: str = field(metadata={"key": "storePath"})
    locked: Attributes | None = None

    def __attrs_post_init__(self) -> None:
        self.prefetched()

    def prefetched(self) -> Prefetched:
        reference = url(self.locked) if self.locked else ""
        return Prefetched(self.hash, Path(self.store_path), reference)


def flake_prefetch(reference: str, waits: Limits | None = None) -> Prefetched:
    """Fetch the tree of a flake reference; it need not be a flake. The hash is the narHash."""
    if waits:
        git_hosts.check(reference, waits)
    words = ["flake", "prefetch", "--json", reference]
    return commands.json_of(words, _Fetched, limits=waits).prefetched()


def fetch_tree(locked: Attributes, waits: Limits | None = None) -> Path:
    """Fetch the tree of a lock's entry, with the narHash that it is locked to.

    With ``waits``, raises UnreachableError if the host of a git input does not answer in time.
    """
    return _from_host(locked, partial(_fetch_tree, locked), waits) if waits else _fetch_tree(locked)


def _from_host(attributes: Attributes, fetch: Callable[[Limits], T], waits: Limits) -> T:
    """Return what ``fetch`` returns; before it asks a git host, check that this answers."""
    if attributes.get("type") == "git":
        try:
            return fetch(limits.NO_HOST)
        except StepFailedError:
            git_hosts.check(url(attributes), limits.CHECK)
    return fetch(waits)


def _fetch_tree(locked: Attributes, waits: Limits | None = None) -> Path:
    words = ["nix-instantiate", "--eval", "--json", "--argstr", "locked", json.dumps(dict(locked))]
    expression = "{ locked }: (builtins.fetchTree (builtins.fromJSON locked)).outPath"
    done = commands.run([*words, "--expr", expression, *commands.FLAKES], limits=waits)
    return Path(commands.parsed(words, done, str))


@frozen
class FetchedTree:
    """A tree that Nix fetched: its commit (or ""), narHash, and lastModified (or 0)."""

    rev: str
    hash: str
    modified: int


_FETCHED = """
{ reference }: let tree = builtins.fetchTree (builtins.fromJSON reference); in {
  hash = tree.narHash;
  rev = tree.rev or "";
  modified = tree.lastModified or 0;
}
"""


def fetch_unlocked(reference: str) -> FetchedTree:
    """Fetch the tree of a reference: its attributes as JSON, without a hash.

    Without a hash, Nix does not take a tree from the store instead, but may use its cache of
    fetched trees. Raises StepFailedError if it cannot be fetched.
    """
    words = ["nix-instantiate", "--eval", "--strict", "--json", "--argstr", "reference", reference]
    argv = [*words, "--expr", _FETCHED, *commands.FLAKES]

    def fetch(waits: Limits) -> FetchedTree:
        return commands.parsed(words[:2], commands.run(argv, limits=waits), FetchedTree)

    return _from_host(json.loads(reference), fetch, limits.FETCH)


def prefetch_file(
    where: str,
    *,
    name: str = "",
    expected: str = "",
    moved: Callable[[int], None] | None = None,
    waits: Limits = limits.FETCH,
) -> Prefetched:
    """Fetch a file from the URL ``where`` into the store, as ``name``.

    With the ``expected`` hash, nothing is fetched if the store has the file. ``moved`` gets the
    bytes as they come. Raises OtherBytesError if the file has another hash, NotFoundError if the
    server does not have it.
    """
    words = ["store", "prefetch-file", "--json", where]
    words += ["--name", name] if name else []
    words += ["--expected-hash", expected] if expected else []
    words += log.OPTIONS if moved else []
    on_stderr = log.transferred(moved) if moved else None
    try:
        found = commands.json_of(words, _Fetched, on_stderr=on_stderr, limits=waits)
    except StepFailedError as error:
        for sign, kind in _FILE_FAULTS.items():
            if re.search(sign, error.output):
                raise kind(error.what, error.remedy, error.output) from None
        raise
    return found.prefetched()


@frozen
class File:
    """A file to fetch. With its SHA-256 in SRI form, it is not fetched if the store has it."""

    name: str
    url: str
    hash: str = ""

    def argument(self) -> dict[str, str]:
        """Return the argument of Nix's ``builtins.fetchurl``."""
        return {"name": self.name, "url": self.url} | ({"sha256": self.hash} if self.hash else {})


_EACH = "{ files }: map builtins.fetchurl (builtins.fromJSON files)"


def prefetch_files(files: Sequence[File], waits: Limits = limits.FETCH) -> tuple[Path, ...]:
    """Fetch small files into the store, one after another by one process.

    Nix's cache of fetched files is not used. Raises StepFailedError for the first file that cannot
    be fetched or has another hash; the later ones are not fetched then.
    """
    wanted = json.dumps([file.argument() for file in files])
    words = ["nix-instantiate", "--eval", "--strict", "--json", "--argstr", "files", wanted]
    more = ["--expr", _EACH, "--option", "tarball-ttl", "0"]
    done = commands.run([*words, *more], limits=waits)
    return commands.parsed(words[:2], done, tuple[Path, ...])


def prefetch_tarball(where: str) -> Prefetched:
    """Fetch an archive into the store, unpacked; the hash is the narHash of the tree."""
    words = ["nix-prefetch-url", "--unpack", "--type", "sha256", "--print-path", where]
    digest, path = commands.run(words).stdout.decode().split()
    words = ["nix-hash", "--type", "sha256", "--to-base16", digest]
    return Prefetched(sri.of_hex(commands.run(words).stdout.decode().strip()), Path(path))
