"""How to log in to an image: what its [live] says of the live user's and of root's password."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.config.passwords import WAYS, WELL_KNOWN
from voidgen.errors import Fault, WrongInputError
from voidgen.overlay.live import PASSWORD_MODULE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from voidgen.plan.documents import PlanDocument

ROOT = "root"


@frozen
class Account:
    """An account; ``way`` is its password in the form of ``[live] password``.

    ``known`` is the password of a hash, which only the user knows.
    """

    name: str
    way: str
    known: str | None = None

    @property
    def is_by_hash(self) -> bool:
        """Return whether the image has a hash of the password."""
        return self.way not in WAYS

    @property
    def has_well_known_password(self) -> bool:
        """Return whether the password is mklive's, which is public."""
        return self.way == WELL_KNOWN

    @property
    def is_locked(self) -> bool:
        """Return whether no password logs in."""
        return self.way == "locked"

    def password(self, printed: str) -> str | None:
        """Return the password, None for an account without one.

        That of this boot is in ``printed``, what the console printed before the login prompt.
        Raises LookupError if it is not there.
        """
        if self.way == "none":
            return None
        if self.way == WELL_KNOWN:
            return WELL_KNOWN
        found = re.findall(rf"(?m)^ *{re.escape(self.name)}  \(password (\S+)\)", printed)
        shown = found[-1] if self.way == "random" and found else self.known
        if shown is None:
            raise LookupError(self.name)
        return shown

    def how(self) -> str:
        """Return the password in words, to follow the name of an account."""
        words = {
            WELL_KNOWN: f"password {WELL_KNOWN}",
            "none": "without a password",
            "locked": "not by password",
            "random": "with the password that the console shows",
        }
        return words.get(self.way, "with the password whose hash the image has")


@frozen
class Accounts:
    """The accounts that log in on a live system."""

    user: Account
    root: Account

    def __iter__(self) -> Iterator[Account]:
        """Yield both."""
        return iter((self.user, self.root))

    def in_words(self) -> str:
        """Return how to log in, such as "live or root, password voidlinux"."""
        user, root = self.user, self.root
        if user.way == root.way:
            return f"{user.name} or {root.name}, {user.how()}"
        return f"{user.name}, {user.how()}; or {root.name}, {root.how()}"

    def check(self, iso: Path) -> None:
        """Raise WrongInputError if `voidgen boot --test` cannot log in with what it knows."""
        if self.user.is_locked and self.root.is_locked:
            what = "has no account that can log in by a password, so its checks cannot run"
            remedy = 'set password or root-password in [live] to "random" or a hash'
            raise WrongInputError(Fault(what, iso, remedy=remedy))
        for one in self:
            if one.is_by_hash and one.known is None:
                what = f"has the password of {one.name} only as a hash, so voidgen cannot log in"
                remedy = "write the password into a file of yours, and add --password-file FILE"
                raise WrongInputError(Fault(what, iso, remedy=remedy))


def of_plan(plan: PlanDocument, known: tuple[str, ...] = ()) -> Accounts:
    """Return the accounts of an image; ``known`` are the user's password, and root's if another."""
    options = next((one.options for one in plan.modules if one.name == PASSWORD_MODULE), {})
    user, root = (str(options.get(key, WELL_KNOWN)) for key in ("password", "root-password"))
    first, last = (known[0], known[-1]) if known else (None, None)
    return Accounts(Account(plan.image.user, user, first), Account(ROOT, root, last))
