"""All that an image has, and who asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import Place
from voidgen.overlay.asker import Asker  # noqa: TC001 - cattrs reads it

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voidgen.overlay.given import Given
    from voidgen.overlay.paths import Entry
    from voidgen.overlay.types import Module
    from voidgen.schema.structure import OptionValue


@frozen
class Chosen:
    """A module of the image, who asked for it, and the values of its options.

    ``given`` has the values that are not the option's own default, by option.
    """

    module: Module
    by: tuple[Asker, ...]
    options: Mapping[str, OptionValue]
    given: Mapping[str, Given]

    def place(self, name: str) -> Place:
        """Return where the option ``name`` gets its value: who gives it, or else its default."""
        if name in self.given:
            return Place(self.given[name].file, self.given[name].key)
        return Place(self.module.file, ("options", name, "default"))


@frozen
class Asked:
    """A package or repository and who asked for it."""

    name: str
    by: tuple[Asker, ...]


@frozen
class Enabled:
    """A service, who enables it, and what provides it: empty if voidgen.lock has to tell."""

    name: str
    by: tuple[Asker, ...]
    provider: str


@frozen
class Account:
    """A system user and its group of the same name, and the module ``by`` that declares them.

    ``uid`` is the number of both; None for the highest free one.
    """

    name: str
    by: Asker
    uid: int | None
    home: str
    shell: str
    groups: tuple[str, ...]
    description: str


@frozen
class Resolution:
    """All that the image has.

    ``modules`` are in dependency order with ties broken by name; Nix packages and repositories in
    the order in which they were asked for, the user's first; the rest is sorted by name or path.
    """

    modules: tuple[Chosen, ...]
    nix: tuple[Asked, ...]
    xbps: tuple[Asked, ...]
    repositories: tuple[Asked, ...]
    services: tuple[Enabled, ...]
    entries: tuple[Entry, ...]
    users: tuple[Account, ...] = ()
    disabled: tuple[str, ...] = ()
    """Services that voidgen.toml disables."""

    @property
    def provided(self) -> frozenset[str]:
        """Return the paths of the image's xbps packages that modules name in ``[provides]``."""
        installed = {asked.name for asked in self.xbps}
        return frozenset(
            path
            for chosen in self.modules
            for path, package in chosen.module.spec.provides.items()
            if package in installed
        )
