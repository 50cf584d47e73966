"""Check Nix: its version, store, features and settings, and whether it builds and trusts you."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import attrs

from voidgen.doctor import fix, nix_build, nix_settings
from voidgen.doctor.nix_settings import ask_store, value
from voidgen.doctor.remedies import lines
from voidgen.nix import readiness, refusal, setup_faults
from voidgen.nix.setup_remedies import Machine
from voidgen.outcome.types import Outcome
from voidgen.system import environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.doctor.host import Host

OLDEST = (2, 8)
"""The oldest version that voidgen is tested with."""


def check(host: Host) -> Iterator[Outcome]:
    """Check Nix; stop after the first check if Nix does not work."""
    family = host.family()
    answer = host.ask(["nix", "--version"])
    found = re.findall(r"(\d+)\.(\d+)[.\w]*", answer.out)
    machine = Machine.here(host.root)
    if fault := setup_faults.fault_in(answer.err):
        yield fix.outcome("Nix", "failed", machine.remedy(fault, answer.err))
        return
    if answer.status != 0 or not found:
        yield Outcome("Nix", "failed", answer.last, lines("nix", family))
        return
    version = answer.out.strip().rpartition(" ")[2]
    if tuple(map(int, found[-1])) < OLDEST:
        what = f"{version} is too old: voidgen needs 2.8 or later"
        yield Outcome("Nix", "failed", what, lines("newer-nix", family))
        return
    yield Outcome("Nix", "passed", version)
    yield from _store(host, machine)
    yield _features(host, machine)


def _store(host: Host, machine: Machine) -> Iterator[Outcome]:
    """Check the store and, if it answers, what builds for it."""
    name = "Nix store"
    answer = ask_store(host)
    info = answer.out + answer.err
    fault = setup_faults.fault_in(info)
    named = os.environ.get("NIX_REMOTE")
    remote = f" (NIX_REMOTE is {named})" if named else ""
    if answer.status != 0 and not fault:
        yield Outcome(name, "failed", answer.last + remote, lines("daemon", machine.family))
        return
    if fault and answer.status != 0:
        said = " ".join(refusal.message(answer.err))
        yield fix.outcome(name, "failed", machine.remedy(fault, info), said + remote)
        return
    if readiness.is_elsewhere(host.ask(readiness.PLACE).out):
        yield fix.outcome(name, "failed", machine.remedy("private-store"))
        return
    url = re.search(r"Store URL: (\S+)", info)
    where = url[1] if url else "unknown"
    local = not where.startswith(("daemon", "unix"))
    about = f"without a daemon: {where}" if local else "through the daemon"
    yield Outcome(name, "passed", about)
    trusted = _trusted(host, machine.family, info, local=local)
    yield trusted
    if trusted.state != "passed":
        yield from nix_settings.ignored(host, machine)
    yield nix_build.check(host, machine)
    yield nix_settings.sandbox(host, machine, local=local)


def _trusted(host: Host, family: str, info: str, *, local: bool) -> Outcome:
    """Check that Nix trusts the user: from 2.14 on by the store's info, before by nix.conf."""
    name = "Nix trusts you"
    reported = re.search(r"Trusted: (\d)", info)
    user = environment.user_name()
    users = value(host, "trusted-users", daemon=True).split()
    configured = local or os.getuid() == 0 or bool({user, "*"} & {*users})
    if reported[1] == "1" if reported else configured:
        return Outcome(name, "passed")
    what = "no: Nix ignores the substituters and keys of a flake or the command line"
    return Outcome(name, "warning", what, lines("trusted", family, user=user))


def _features(host: Host, machine: Machine) -> Outcome:
    name = "Nix features"
    found = value(host, "experimental-features", plain=True).split()
    lacks = [one for one in ("nix-command", "flakes") if one not in found]
    if not lacks:
        return Outcome(name, "passed", "nix-command, flakes")
    what = f"{' and '.join(lacks)} not enabled: voidgen enables them itself, `nix build` does not"
    return fix.outcome(name, "warning", attrs.evolve(machine.remedy("features"), what=what))
