"""What Nix built, as a document: the manifest.json of the flake's default output."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from attrs import field, frozen

from voidgen.image import build_json, sizes
from voidgen.image.closure import Closure, Package, check_outputs
from voidgen.image.sizes import Sizes
from voidgen.plan.documents import PlanDocument


@frozen
class Collision:
    """A file of the package ``by`` ("from" in JSON) that hides another package's in the profile."""

    path: str
    by: str = field(metadata={"key": "from"})
    hidden: str


@frozen
class BuiltFrom:
    """What Nix built it from, besides the plan: see image/nix/built-from.nix.

    ``code`` is a hash of image/nix, and ``inputs`` are the hashes of the flake's inputs.
    """

    code: str
    inputs: Mapping[str, str]


@frozen
class BuiltImage:
    """All of result/manifest.json (docs/reference/manifest.md).

    An earlier voidgen did not write ``built_from``.
    """

    HEADER: ClassVar[Mapping[str, str | int]] = MappingProxyType(build_json.HEADER)

    plan: PlanDocument
    packages: tuple[Package, ...]
    closure: Closure
    collisions: tuple[Collision, ...] = ()
    built_from: BuiltFrom | None = None

    def __attrs_post_init__(self) -> None:
        check_outputs(self.packages, self.closure)

    @property
    def sizes(self) -> Sizes:
        """Return how much room each package takes."""
        packages = {one.name: tuple(one.outputs.values()) for one in self.packages}
        return sizes.of(packages, self.closure.store_paths)
