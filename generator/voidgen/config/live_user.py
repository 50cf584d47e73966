"""Names that the live user cannot have, since Void's packages use them."""

from __future__ import annotations

from voidgen.config import accounts
from voidgen.schema.rule import MisfitError


def check_name(user: str) -> None:
    """Raise `MisfitError` if a package of Void makes a user or group of this name.

    mklive's boot hook makes the live user and a group of the same name. If the name is taken,
    useradd fails, and the live system has no user.
    """
    makers = accounts.makers(user)
    if not makers:
        return
    kind = "user" if user in accounts.tables()["users"] else "group"
    owner = "every Void system" if accounts.BASE in makers else f"package {' or '.join(makers)}"
    what = f"{user!r} is already a {kind} of {owner}, so the live user cannot have this name"
    raise MisfitError(what, ("user",), remedy="choose another name, such as 'live'")
