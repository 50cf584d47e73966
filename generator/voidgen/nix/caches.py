"""The stores that a project names for Nix to ask."""

from __future__ import annotations

from attrs import frozen


@frozen
class Caches:
    """Stores that Nix asks beside its own, and the keys that sign what they have (nix.conf(5)).

    A daemon heeds them only for its trusted users.
    """

    stores: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    def options(self) -> list[str]:
        """Return the words of a command line that name them to Nix; none without a store."""
        named = {"extra-substituters": self.stores, "extra-trusted-public-keys": self.keys}
        return [
            word
            for name, values in named.items()
            if self.stores
            for word in ("--option", name, " ".join(values))
        ]


NO_CACHES = Caches()
"""For what only reads a project: a stranger's must not say whom this machine trusts."""
