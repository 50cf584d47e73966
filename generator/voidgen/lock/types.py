"""voidgen.lock as types (docs/reference/voidgen.lock.md): what Nix does not lock."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from attrs import field, frozen

from voidgen.config import rules, variants
from voidgen.schema.rule import MisfitError, Rule, show
from voidgen.xbps.types import Hash, Xbps

INPUT = Rule(
    "a flake input's name, after those of the inputs that it belongs to, like nixpkgs/systems",
    r"[A-Za-z0-9_][A-Za-z0-9_.+'-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.+'-]*)*",
)
COMMIT = Rule(
    "a commit of 40 or 64 hexadecimal digits, or nothing", r"(?:[0-9a-f]{40}|[0-9a-f]{64})?"
)
VariantName = Annotated[str, variants.NAME]


@frozen
class Closure:
    """The fingerprint of the closure, as `voidgen check --record` found it.

    ``of`` is the hash of the inputs that it was built from; for other inputs it does not hold.
    """

    of: Hash
    fingerprint: Hash


@frozen(order=True)
class FlakeInput:
    """An input in flake.lock: its commit or "", narHash and lastModified (or 0).

    ``entry`` is the hash of everything else that flake.lock has about it.
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
    """The hash of the ISO file, as `voidgen check --record` found it.

    ``of`` is the hash of the inputs that it was made from; for other inputs it does not hold.
    """

    of: Hash
    hash: Hash


@frozen
class OfVariant:
    """What voidgen.lock has of a variant's image; see `Lock`."""

    xbps: Xbps | None = None
    closure: Closure | None = None
    iso: Iso | None = None


@frozen
class Lock:
    """The whole of voidgen.lock; ``xbps`` is None if the project makes no ISO.

    ``closure`` and ``iso`` are None if they were not recorded. ``inputs`` are those of
    flake.lock, sorted. Variants share these and the container.
    """

    container: rules.ContainerImage = "flake"
    inputs: tuple[FlakeInput, ...] = field(default=(), kw_only=True)
    xbps: Xbps | None = field(default=None)
    closure: Closure | None = field(default=None)
    iso: Iso | None = field(default=None)
    variants: Mapping[VariantName, OfVariant] = field(factory=lambda: MappingProxyType({}))
