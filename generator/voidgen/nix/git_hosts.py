"""Whether the host of a git input answers: git has no limit of its own for connections."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.system import environment, network_faults
from voidgen.system.network_faults import NetworkFault, UnreachableError
from voidgen.system.process import run

if TYPE_CHECKING:
    from voidgen.nix.limits import Limits

PREFIX = "git+"
ASKS_NOTHING = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_SSH_COMMAND": "ssh -o BatchMode=yes -o ConnectTimeout=5",
}
"""Without these, git asks for a password, or whether to trust a host."""


def question(url: str) -> list[str]:
    """Return the command that asks the repository at ``url`` for its HEAD."""
    return ["git", "ls-remote", "--", url, "HEAD"]


def check(reference: str, waits: Limits) -> None:
    """Raise UnreachableError if ``reference`` is a git input whose host does not answer in time."""
    url = reference.removeprefix(PREFIX).partition("?")[0]
    if not reference.startswith(PREFIX) or not network_faults.host_of(url):
        return
    env = {**environment.of("git"), **ASKS_NOTHING}
    seconds = waits.connect + waits.silence
    try:
        done = run(question(url), cwd=Path("/"), env=env, check=False, timeout=seconds)
    except TimeoutError:
        fault = NetworkFault(network_faults.place_of(url), "broken", network_faults.proxy_of(url))
        raise UnreachableError(fault) from None
    if done.status:
        network_faults.raise_any(done.stderr.decode(errors="replace"))
