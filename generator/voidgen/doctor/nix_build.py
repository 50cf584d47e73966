"""Check that Nix can build, with a derivation that needs no program and no network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.doctor import fix
from voidgen.nix import refusal, setup_faults
from voidgen.outcome.types import Outcome

if TYPE_CHECKING:
    from voidgen.doctor.host import Host
    from voidgen.nix.setup_remedies import Machine

NAME = "Nix builds"
EXPRESSION = """derivation {
  name = "voidgen-trial";
  system = builtins.currentSystem;
  builder = "builtin:buildenv";
  derivations = "";
  allowSubstitutes = false;
  preferLocalBuild = true;
}"""
"""Its builder is a part of Nix that lacks an argument. Thus it has no output, and Nix has to build
it each time: with build users and in the sandbox, if the settings say so."""
_RAN = re.compile(r"failed with exit code 1\b")


def check(host: Host, machine: Machine) -> Outcome:
    """Build it: the failure of its builder shows that Nix can start one."""
    answer = host.ask(["nix-build", "--no-out-link", "--expr", EXPRESSION])
    if _RAN.search(answer.err):
        return Outcome(NAME, "passed")
    fault = setup_faults.fault_in(answer.err)
    what = " ".join(refusal.message(answer.err)) or answer.last
    if fault:
        return fix.outcome(NAME, "failed", machine.remedy(fault, answer.err), what)
    return Outcome(NAME, "failed", what, refusal.shown(answer.err))
