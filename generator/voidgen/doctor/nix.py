"""Nix: its version, daemon, features, and whether it trusts the user."""

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
"""The first version that voidgen is tried with."""
COMMAND = ("nix", "--extra-experimental-features", "nix-command flakes")


def check(host: Host) -> Iterator[Outcome]:
    """Of a Nix that does not work nothing more is asked."""
    family = host.family()
    said = host.ask(["nix", "--version"])
    found = re.findall(r"(\d+)\.(\d+)[.\w]*", said.out)
    if said.status != 0 or not found:
        yield Outcome("Nix", "failed", said.last, lines("nix", family))
        return
    version = said.out.strip().rpartition(" ")[2]
    if tuple(map(int, found[-1])) < OLDEST:
        what = f"{version} is too old: 2.8 or later is needed"
        yield Outcome("Nix", "failed", what, lines("newer-nix", family))
        return
    yield Outcome("Nix", "passed", version)
    yield from _store(host, family)
    yield _features(host, family)


def _store(host: Host, family: str) -> Iterator[Outcome]:
    said = host.ask([*COMMAND, "store", "ping"])
    if said.status != 0:
        # From 2.19 on, and some day by this name alone.
        other = host.ask([*COMMAND, "store", "info"])
        said = other if other.status == 0 else said
    if said.status != 0:
        yield Outcome("Nix store", "failed", said.last, lines("daemon", family))
        return
    told = said.out + said.err
    url = re.search(r"Store URL: (\S+)", told)
    where = url[1] if url else "unknown"
    local = not where.startswith(("daemon", "unix"))
    yield Outcome("Nix store", "passed", f"without a daemon: {where}" if local else "by the daemon")
    yield _trusted(host, family, told, local=local)


def _trusted(host: Host, family: str, told: str, *, local: bool) -> Outcome:
    """Told by the store from 2.14 on; before, what nix.conf says is compared."""
    name = "Nix trusts you"
    said = re.search(r"Trusted: (\d)", told)
    user = getpass.getuser()
    users = _setting(host, "trusted-users").split()
    trusted = said[1] == "1" if said else local or os.getuid() == 0 or bool({user, "*"} & {*users})
    if trusted:
        return Outcome(name, "passed")
    what = "no: substituters and keys that a flake or the command line names are ignored"
    return Outcome(name, "warning", what, lines("trusted", family, user=user))


def _features(host: Host, family: str) -> Outcome:
    name = "Nix features"
    found = _setting(host, "experimental-features", plain=True).split()
    lacks = [one for one in ("nix-command", "flakes") if one not in found]
    if not lacks:
        return Outcome(name, "passed", "nix-command, flakes")
    what = f"{' and '.join(lacks)} not enabled: voidgen asks for them itself, `nix build` does not"
    return Outcome(name, "warning", what, lines("features", family))


def _setting(host: Host, name: str, *, plain: bool = False) -> str:
    """A value of Nix's settings; with ``plain``, as they are without voidgen's own options."""
    nix = ["nix"] if plain else [*COMMAND]
    for words in (["show-config"], ["config", "show"]):
        said = host.ask([*nix, *words])
        found = re.search(rf"^{name} = (.*)$", said.out, re.MULTILINE)
        if said.status == 0 and found:
            return found[1]
    return ""
