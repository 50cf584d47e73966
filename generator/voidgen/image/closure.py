"""What Nix built for an image: the packages that were asked for, and all that they need."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from types import MappingProxyType

from attrs import field, frozen

from voidgen.image import sizes
from voidgen.nix.closure import StorePath
from voidgen.system.untrusted import GarbledError


@frozen
class Package:
    """A package that was asked for: its name in voidgen.toml, and its store paths by output."""

    name: str
    pname: str
    version: str
    outputs: Mapping[str, str]
    license: tuple[str, ...]
    unfree: bool
    description: str | None = None


@frozen
class ClosurePath:
    """A store path, its bytes, and the store paths that it refers to."""

    path: str
    nar_hash: str = field(metadata={"key": "narHash"})
    nar_size: int = field(metadata={"key": "narSize"})
    references: tuple[str, ...]


@frozen
class Closure:
    """All that the packages need, and the profile that links to them; ``nar_size`` is in bytes."""

    count: int
    nar_size: int
    paths: tuple[ClosurePath, ...]

    def __attrs_post_init__(self) -> None:
        sizes.check(self.store_paths)

    @cached_property
    def store_paths(self) -> Mapping[str, StorePath]:
        """Return the store paths by name."""
        return MappingProxyType(
            {one.path: StorePath(one.nar_size, one.references) for one in self.paths}
        )


def check_outputs(packages: Iterable[Package], closure: Closure) -> None:
    """Raise GarbledError if an output of ``packages`` is not in the ``closure``."""
    for package in packages:
        for path in package.outputs.values():
            if path not in closure.store_paths:
                raise GarbledError(f"{path} of {package.name} is not in the closure")
