"""What is wrong with a machine's setup of Nix, from what Nix and git print. Pure.

The messages are those of Nix 2.8, 2.26 and 2.34 on Debian 12, 13 and sid, where they were seen.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from voidgen.system import git_trust

if TYPE_CHECKING:
    from collections.abc import Mapping

SetupFault = Literal[
    "allowed-users",
    "build-users",
    "daemon",
    "features",
    "home",
    "namespaces",
    "nix",
    "nix-users",
    "private-store",
    "remote",
    "safe-directory",
    "store",
]
"""``nix``: not installed. ``nix-users``: you are not in the group that may use the daemon.
``private-store``: Nix keeps its store in the home folder. It says so only when it makes it, so
`readiness.is_elsewhere` finds it.
``remote``: NIX_REMOTE names no store. ``store``: you cannot write to it, and no daemon runs."""

_SOCKET = r"[^\n]*daemon-socket/socket['\"]?: "
_SIGNS: Mapping[SetupFault, str] = {
    "features": r"experimental Nix feature|attribute 'getFlake' missing",
    "home": r"cannot determine user's home directory",
    "build-users": r"the group '[^']*' specified in 'build-users-group' does not exist"
    r"|the build users group '[^']*' has no members",
    "nix-users": rf"(?:getting status of|cannot connect to socket at){_SOCKET}Permission denied",
    "daemon": rf"cannot connect to socket at{_SOCKET}(?:No such file|Connection refused)",
    "allowed-users": r"cannot open connection to remote store 'daemon'"
    r"|not allowed to connect to the Nix daemon",
    "remote": r"don't know how to open Nix store|[Cc]annot parse Nix store",
    "store": r"(?:creating directory|opening lock file|could not set permissions on)"
    r" ['\"](?:/var)?/nix\b[^\n]*: "
    r"(?:Permission denied|Operation not permitted|Read-only file system)"
    r"|path '/nix/store' isn't writable|changing ownership of path '/nix/store'",
    "namespaces": r"does not support the kernel namespaces that are required for sandboxing"
    r"|(?:cloning builder process|setting up a private mount namespace)[^\n]*not permitted",
    "safe-directory": git_trust.DISTRUST,
}
_BUILD_USERS_WARNING = re.compile(r"^warning: the group [^\n]*$", re.MULTILINE)
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def fault_in(said: str, *, warnings: bool = False) -> SetupFault | None:
    """Return what Nix or git says is wrong with the setup; None if it says nothing of that.

    The warning about build users counts only with ``warnings``: Nix prints it with each command, so
    that it does not say why one failed.
    """
    text = _COLOURS.sub("", said)
    if not warnings:
        text = _BUILD_USERS_WARNING.sub("", text)
    return next((name for name, sign in _SIGNS.items() if re.search(sign, text)), None)
