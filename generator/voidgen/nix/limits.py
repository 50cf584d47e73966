"""How long Nix waits for servers, and how often it tries again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.system import environment

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen
class Limits:
    """Seconds to connect and seconds of silence after which Nix and git give a server up.

    ``attempts`` is 0 for as many as nix.conf and voidgen make by themselves. ``protocols`` are
    those that git may use, as GIT_ALLOW_PROTOCOL of git(1) lists them; empty for all.
    """

    connect: int
    silence: int
    attempts: int = 0
    protocols: str = ""

    def options(self) -> list[str]:
        """Return the options of Nix (nix.conf(5))."""
        values = {"connect-timeout": self.connect, "stalled-download-timeout": self.silence}
        if self.attempts:
            values["download-attempts"] = self.attempts
        return [word for name, value in values.items() for word in ("--option", name, str(value))]

    def env(self) -> Mapping[str, str]:
        """Return the environment of a program of Nix, which may start git (git-config(1))."""
        limit = {"GIT_HTTP_LOW_SPEED_LIMIT": "1", "GIT_HTTP_LOW_SPEED_TIME": str(self.silence)}
        allowed = {"GIT_ALLOW_PROTOCOL": self.protocols} if self.protocols else {}
        return {**limit, **environment.of("nix"), **allowed}

    @property
    def note(self) -> str:
        """Return a note for the progress, if there is only one attempt."""
        wait = self.connect + self.silence
        return f" ({wait} s at most)" if self.attempts == 1 else ""


FETCH = Limits(15, 60)
"""To fetch what a build needs."""
CHECK = Limits(8, 8, attempts=1)
"""To look something up while the user waits: the command goes on without the answer."""
NO_HOST = Limits(1, 1, attempts=1, protocols="file")
"""To find what is on this machine: git asks no host."""
