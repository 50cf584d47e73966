"""Why a file cannot be had, and what to do about it."""

from __future__ import annotations

MOVED_ON = (
    "the repository has moved on: `voidgen update xbps` takes what it has now, "
    "or name a mirror that keeps old packages"
)
NETWORK = "check the network and run it again: what is there is kept"
OTHER_BYTES = (
    "the repository gives other bytes than were locked: do not use it, "
    "or `voidgen update xbps` if you trust it"
)
ADDRESS = "check the repository's address, and its server's credentials in ~/.netrc"
TRUST = "check the machine's clock and its certificates (REQUESTS_CA_BUNDLE)"
DOWNGRADE = "name a repository that stays with https"
MEND = "mend that and run it again: what is there is kept"


class RefusedError(Exception):
    """A file cannot be had; ``what`` says why, in words for the user."""

    def __init__(self, what: str, remedy: str) -> None:
        """``remedy`` says what to do."""
        super().__init__(what)
        self.what = what
        self.remedy = remedy


class BrokenError(RefusedError):
    """The network or the server failed, which may go better next time."""

    def __init__(self, what: str, after: float = 0) -> None:
        """``after``: seconds that the server asks for until then."""
        super().__init__(what, NETWORK)
        self.after = after


class WrongError(RefusedError):
    """Other bytes came than were wanted."""

    def __init__(self, what: str) -> None:
        """``what`` names what was expected and what came."""
        super().__init__(what, OTHER_BYTES)
