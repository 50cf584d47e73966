"""Settings of Nix, and the checks of those that make its builds less pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.doctor import fix
from voidgen.nix.setup_remedies import SANDBOX, Machine
from voidgen.outcome.types import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.doctor.host import Answer, Host

COMMAND = ("nix", "--extra-experimental-features", "nix-command flakes")
MACHINE_ONLY = {"NIX_USER_CONF_FILES": "", "NIX_CONFIG": ""}
"""With these variables, Nix reads only the machine's nix.conf, as its daemon does."""
_IGNORED = re.compile(
    r"ignoring (?:the (?:client|user)-specified setting|untrusted substituter) '([^']+)'",
    re.IGNORECASE,
)
_OF_COMMAND = {"experimental-features", "extra-experimental-features"}


def value(host: Host, name: str, *, plain: bool = False, daemon: bool = False) -> str:
    """Return the value of a setting, as you have it, or else as Nix's ``daemon`` has it.

    With ``plain``, without the options that voidgen itself gives to Nix.
    """
    nix = ["nix"] if plain else [*COMMAND]
    env = MACHINE_ONLY if daemon else {}
    for words in (["show-config"], ["config", "show"]):
        answer = host.ask([*nix, *words], **env)
        found = re.search(rf"^{name} = (.*)$", answer.out, re.MULTILINE)
        if answer.status == 0 and found:
            return found[1]
    return ""


def ask_store(host: Host, *words: str, **env: str) -> Answer:
    """Return the answer of a store: the default one, or as ``words`` say."""
    answer = host.ask([*COMMAND, "store", "ping", *words], **env)
    if answer.status != 0:
        # The name since 2.19; a later Nix may drop `ping`.
        other = host.ask([*COMMAND, "store", "info", *words], **env)
        answer = other if other.status == 0 else answer
    return answer


def ignored(host: Host, machine: Machine) -> Iterator[Outcome]:
    """Check whether the daemon ignores settings of this user, whom it does not trust."""
    # Nix 2.8 says it only with --debug.
    said = ask_store(host, "--debug").err
    names = [one for one in dict.fromkeys(_IGNORED.findall(said)) if one not in _OF_COMMAND]
    if not names:
        return
    urls = [name for name in names if "://" in name]
    texts = [f"{name} = {value(host, name)}" for name in names if "://" not in name]
    texts += [f"extra-trusted-substituters = {' '.join(urls)}"] if urls else []
    commands = "\n".join(machine.system_line("", text).commands for text in texts)
    what = f"{', '.join(names)}: only the machine's nix.conf can set this for you"
    yield Outcome("Nix's daemon ignores", "warning", what, commands)


def sandbox(host: Host, machine: Machine, *, local: bool) -> Outcome:
    """Check that Nix builds in its sandbox; ``local`` if no daemon builds."""
    name = "sandboxed builds"
    mode = value(host, "sandbox", daemon=not local)
    if mode != "false":
        return Outcome(name, "passed", f"sandbox = {mode}")
    what = "sandbox = false: builds see this machine's files, and may differ on another machine"
    add = machine.own_line if local else machine.system_line
    return fix.outcome(name, "warning", add("", SANDBOX), what)
