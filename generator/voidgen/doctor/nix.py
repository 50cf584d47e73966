"""Check Nix: its version, daemon, features, and whether it trusts the user."""

from __future__ import annotations

import getpass
import os
import re
from typing import TYPE_CHECKING

from voidgen.doctor.remedies import lines
from voidgen.outcome.types import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.doctor.host import Host

OLDEST = (2, 8)
"""The oldest version that voidgen is tested with."""
COMMAND = ("nix", "--extra-experimental-features", "nix-command flakes")


def check(host: Host) -> Iterator[Outcome]:
    """Check Nix; stop after the first check if Nix does not work."""
    family = host.family()
    answer = host.ask(["nix", "--version"])
    found = re.findall(r"(\d+)\.(\d+)[.\w]*", answer.out)
    if answer.status != 0 or not found:
        yield Outcome("Nix", "failed", answer.last, lines("nix", family))
        return
    version = answer.out.strip().rpartition(" ")[2]
    if tuple(map(int, found[-1])) < OLDEST:
        what = f"{version} is too old: voidgen needs 2.8 or later"
        yield Outcome("Nix", "failed", what, lines("newer-nix", family))
        return
    yield Outcome("Nix", "passed", version)
    yield from _store(host, family)
    yield _features(host, family)


def _store(host: Host, family: str) -> Iterator[Outcome]:
    answer = host.ask([*COMMAND, "store", "ping"])
    if answer.status != 0:
        # The name since 2.19; a later Nix may drop `ping`.
        other = host.ask([*COMMAND, "store", "info"])
        answer = other if other.status == 0 else answer
    if answer.status != 0:
        yield Outcome("Nix store", "failed", answer.last, lines("daemon", family))
        return
    info = answer.out + answer.err
    url = re.search(r"Store URL: (\S+)", info)
    where = url[1] if url else "unknown"
    local = not where.startswith(("daemon", "unix"))
    about = f"without a daemon: {where}" if local else "through the daemon"
    yield Outcome("Nix store", "passed", about)
    yield _trusted(host, family, info, local=local)


def _trusted(host: Host, family: str, info: str, *, local: bool) -> Outcome:
    """Check that Nix trusts the user: from 2.14 on by the store's info, before by nix.conf."""
    name = "Nix trusts you"
    reported = re.search(r"Trusted: (\d)", info)
    user = getpass.getuser()
    users = _setting(host, "trusted-users").split()
    configured = local or os.getuid() == 0 or bool({user, "*"} & {*users})
    if reported[1] == "1" if reported else configured:
        return Outcome(name, "passed")
    what = "no: Nix ignores the substituters and keys of a flake or the command line"
    return Outcome(name, "warning", what, lines("trusted", family, user=user))


def _features(host: Host, family: str) -> Outcome:
    name = "Nix features"
    found = _setting(host, "experimental-features", plain=True).split()
    lacks = [one for one in ("nix-command", "flakes") if one not in found]
    if not lacks:
        return Outcome(name, "passed", "nix-command, flakes")
    what = f"{' and '.join(lacks)} not enabled: voidgen enables them itself, `nix build` does not"
    return Outcome(name, "warning", what, lines("features", family))


def _setting(host: Host, name: str, *, plain: bool = False) -> str:
    """Return the value of a setting of Nix; with ``plain``, without voidgen's own options."""
    nix = ["nix"] if plain else [*COMMAND]
    for words in (["show-config"], ["config", "show"]):
        answer = host.ask([*nix, *words])
        found = re.search(rf"^{name} = (.*)$", answer.out, re.MULTILINE)
        if answer.status == 0 and found:
            return found[1]
    return ""
