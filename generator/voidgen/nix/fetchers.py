"""What Nix fetches into its store: files, archives and trees, with their hashes."""

from __future__ import annotations

import json
from pathlib import Path

from attrs import field, frozen

from voidgen.errors import StepFailedError
from voidgen.nix import commands
from voidgen.nix.flake_ref import Attributes, url
from voidgen.system import sri


class NotFoundError(StepFailedError):
    """The server has no such file (HTTP 404)."""


class OtherBytesError(StepFailedError):
    """What was fetched does not have the hash that was expected."""


_FILE_FAULTS = {"HTTP error 404": NotFoundError, "hash mismatch": OtherBytesError}
"""What Nix says of a file that it could not have, and what that means."""


@frozen
class Prefetched:
    """What was fetched into the Nix store: its hash in SRI form, and where it is.

    ``url`` is the locked flake reference, where Nix tells one.
    """

    hash: str
    path: Path
    url: str = ""


@frozen
class _Fetched:
    """What Nix says of what it fetched; 2.19 and later also say how a tree is ``locked``."""

    hash: str
    store_path: str = field(metadata={"key": "storePath"})
    locked: Attributes | None = None

    def __attrs_post_init__(self) -> None:
        self.prefetched()

    def prefetched(self) -> Prefetched:
        reference = url(self.locked) if self.locked else ""
        return Prefetched(self.hash, Path(self.store_path), reference)


def flake_prefetch(reference: str) -> Prefetched:
    """``nix flake prefetch``: any flake reference, of a flake or not; narHash of the tree."""
    return commands.json_of(["flake", "prefetch", "--json", reference], _Fetched).prefetched()


def fetch_tree(locked: Attributes) -> Path:
    """``builtins.fetchTree``: the tree of a lock's entry, with the narHash that it is locked to."""
    words = ["nix-instantiate", "--eval", "--json", "--argstr", "locked", json.dumps(dict(locked))]
    expression = "{ locked }: (builtins.fetchTree (builtins.fromJSON locked)).outPath"
    done = commands.run([*words, "--expr", expression, *commands.FLAKES])
    return Path(commands.parsed(words, done, str))


@frozen
class Fetched:
    """What Nix fetches: the commit (or ""), the narHash, and the time (or 0) that it gives."""

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


def fetched(reference: str) -> Fetched:
    """What ``builtins.fetchTree`` gives for a reference (its attributes as JSON, without a hash).

    Without a hash, Nix fetches it and takes nothing else of this hash from the store. Its own cache
    of what it fetched counts. Raises StepFailedError if it cannot be fetched.
    """
    words = ["nix-instantiate", "--eval", "--strict", "--json", "--argstr", "reference", reference]
    done = commands.run([*words, "--expr", _FETCHED, *commands.FLAKES])
    return commands.parsed(words[:2], done, Fetched)


def prefetch_file(where: str, *, name: str = "", expected: str = "") -> Prefetched:
    """``nix store prefetch-file``: the bytes that a URL gives, as a store path called ``name``.

    With the ``expected`` hash, nothing is fetched where the store has them, and other bytes are
    a StepFailedError.
    """
    words = ["store", "prefetch-file", "--json", where]
    words += ["--name", name] if name else []
    words += ["--expected-hash", expected] if expected else []
    try:
        return commands.json_of(words, _Fetched).prefetched()
    except StepFailedError as error:
        for sign, kind in _FILE_FAULTS.items():
            if sign in error.output:
                raise kind(error.what, error.remedy, error.output) from None
        raise


def prefetch_tarball(where: str) -> Prefetched:
    """``nix-prefetch-url --unpack``: the tree that an archive holds, and its narHash."""
    words = ["nix-prefetch-url", "--unpack", "--type", "sha256", "--print-path", where]
    digest, path = commands.run(words).stdout.decode().split()
    words = ["nix-hash", "--type", "sha256", "--to-base16", digest]
    return Prefetched(sri.of_hex(commands.run(words).stdout.decode().strip()), Path(path))
