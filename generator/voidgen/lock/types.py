"""voidgen.lock as types (docs/reference/voidgen.lock.md): what Nix does not lock."""

from typing import Annotated

from attrs import field, frozen

from voidgen.config import rules
from voidgen.schema.structure import MisfitError, Rule, show
from voidgen.xbps.types import Hash, Xbps

INPUT = Rule(
    "a flake input's name, after those of the inputs that it belongs to, like nixpkgs/systems",
    r"[A-Za-z0-9_][A-Za-z0-9_.+'-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.+'-]*)*",
)
COMMIT = Rule(
    "a commit of 40 or 64 hexadecimal digits, or nothing", r"(?:[0-9a-f]{40}|[0-9a-f]{64})?"
)


@frozen
class Closure:
    """What was built, as `voidgen check --record` found it: ``fingerprint`` is its hash.

    ``of`` is the hash of what it was built from: of anything else it says nothing.
    """

    of: Hash
    fingerprint: Hash


@frozen(order=True)
class FlakeInput:
    """What flake.lock says of an input: its commit or "", narHash and lastModified (or 0).

    ``entry`` is the hash of everything else that flake.lock says of it.
    """

    name: Annotated[str, INPUT]
    rev: Annotated[str, COMMIT]
    hash: Hash
    modified: int
    entry: Hash

    def __attrs_post_init__(self) -> None:
        if self.modified < 0:
            raise MisfitError(f"expected a time, got {show(self.modified)}", ("modified",))


@frozen
class Iso:
    """The ISO that was made, as `voidgen check --record` found it: ``hash`` is that of the file.

    ``of`` is the hash of what it was made from: of anything else it says nothing.
    """

    of: Hash
    hash: Hash


@frozen
class Lock:
    """The whole of voidgen.lock; ``xbps`` is missing where no ISO is made.

    ``closure`` and ``iso`` are missing where they were not recorded. ``inputs`` are those of
    flake.lock, sorted.
    """

    container: rules.ContainerImage = "flake"
    inputs: tuple[FlakeInput, ...] = field(default=(), kw_only=True)
    xbps: Xbps | None = field(default=None)
    closure: Closure | None = field(default=None)
    iso: Iso | None = field(default=None)
