"""Why a file cannot be fetched, and what to do about it."""

from __future__ import annotations

MOVED_ON = (
    "the repository has newer packages: run `voidgen update xbps` to lock those, "
    "or add a mirror that keeps old packages to [xbps] mirrors"
)
NETWORK = "check the network and run it again: voidgen continues where it stopped"
OTHER_BYTES = (
    "the repository's file differs from the locked one: do not use the repository, "
    "or run `voidgen update xbps` if you trust it"
)
ADDRESS = "check the repository's address, and its server's credentials in ~/.netrc"
TRUST = "check the machine's clock and its certificates (REQUESTS_CA_BUNDLE)"
DOWNGRADE = "use a repository that does not redirect to another scheme than https"
FIX = "fix that and run it again: voidgen continues where it stopped"


class RefusedError(Exception):
    """A file cannot be fetched; ``what`` says why, for the user."""

    def __init__(self, what: str, remedy: str) -> None:
        """Keep why the file cannot be fetched, and what to do about it."""
        super().__init__(what)
        self.what = what
        self.remedy = remedy


class BrokenError(RefusedError):
    """The network or the server failed: another attempt may succeed."""

    def __init__(self, what: str, after: float = 0) -> None:
        """Keep why, and ``after`` how many seconds the server asks to be tried again."""
        super().__init__(what, NETWORK)
        self.after = after


class WrongError(RefusedError):
    """The received bytes are not the wanted ones."""

    def __init__(self, what: str) -> None:
        """Keep ``what``, which names the expected and the received hash or size."""
        super().__init__(what, OTHER_BYTES)
