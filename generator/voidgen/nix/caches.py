"""Where Nix may download what a project needs, instead of building it."""

from __future__ import annotations

from attrs import frozen


@frozen
class Caches:
    """Stores that Nix may fetch from, and the keys that sign their content (nix.conf(5)).

    Nix's daemon uses them only for its trusted users. With ``offline``, Nix asks no store at all.
    """

    stores: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    offline: bool = False

    def options(self) -> list[str]:
        """Return the options with which Nix uses them; none without a store.

        Those for ``offline`` are what `nix --offline` sets: other programs of Nix have no
        such option.
        """
        if self.offline:
            return ["--option", "substitute", "false"]
        named = {"extra-substituters": self.stores, "extra-trusted-public-keys": self.keys}
        return [
            word
            for name, values in named.items()
            if self.stores
            for word in ("--option", name, " ".join(values))
        ]


NO_CACHES = Caches()
"""For commands that only read a project: it must not decide whom this machine trusts."""
