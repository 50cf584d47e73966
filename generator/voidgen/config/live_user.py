"""Rules for the live user: its name, its groups, and its shell and root's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from voidgen.config import accounts
from voidgen.schema.rule import MisfitError, Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

SHELL = Rule(
    'the path of a shell, like "/bin/zsh"',
    r"(?:/(?!\.\.?(?:/|$))[A-Za-z0-9._+-]+)+",
    (
        (r"^[A-Za-z0-9._+-]+$", 'write its path, such as "/bin/zsh"'),
        (r"\s", "write the path alone, without arguments"),
    ),
)
"""Also a word of the kernel's command line: mklive's boot hook reads live.shell= there."""
Shell = Annotated[str, SHELL]


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


def check_groups(groups: Sequence[str] | None, user: str) -> None:
    """Raise `MisfitError` for a group that is the live user's own: no list can leave it out."""
    for index, group in enumerate(groups or ()):
        if group == user:
            what = f"{group!r} is the live user's own group, in which it always is"
            raise MisfitError(what, ("groups", index), remedy="remove it")


def check_shell(shell: str | None, cmdline: Sequence[str]) -> None:
    """Raise `MisfitError` if `[image] cmdline` has the parameter that ``shell`` sets."""
    for index, parameter in enumerate(cmdline if shell else ()):
        if parameter.partition("=")[0] == "live.shell":
            what = "live.shell= is derived from image.user-shell"
            raise MisfitError(what, ("cmdline", index), remedy="remove it")
