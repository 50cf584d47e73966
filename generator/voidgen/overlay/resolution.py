"""All that an image has, and who asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.overlay.asker import Asker  # noqa: TC001 - cattrs reads it

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voidgen.overlay.paths import Entry
    from voidgen.overlay.types import Module
    from voidgen.schema.structure import OptionValue


@frozen
class Chosen:
    """A module of the image, who asked for it, and the values of its options.

    ``set_by`` says who gave the values that are not the option's own default, by option.
    """

    module: Module
    by: tuple[Asker, ...]
    options: Mapping[str, OptionValue]
    set_by: Mapping[str, Asker]


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
