"""Names that the live user cannot have."""

from __future__ import annotations

from voidgen.config import accounts
from voidgen.schema.structure import MisfitError


def check(user: str) -> None:
    """Raise `MisfitError` if a package of Void makes a user or group of this name.

    mklive's boot hook makes the live user with a group of the same name; useradd refuses a name
    that is taken, and the live system then has no user.
    """
    makers = accounts.makers(user)
    if not makers:
        return
    kind = "user" if user in accounts.tables()["users"] else "group"
    of = "every Void system" if accounts.BASE in makers else f"package {' or '.join(makers)}"
    what = f"{user!r} is a {kind} of {of}: the live user needs another name"
    raise MisfitError(what, ("user",), remedy="choose another name, such as 'live'")
