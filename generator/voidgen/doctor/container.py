"""Check what mklive runs in: a container engine and what it needs, or Nix's sandbox."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING

from voidgen.container import engine as engines
from voidgen.doctor import nix_sandbox
from voidgen.doctor.remedies import lines
from voidgen.errors import StepFailedError
from voidgen.outcome.types import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.config.types import Container
    from voidgen.container.engine import Engine
    from voidgen.doctor.host import Host
    from voidgen.doctor.nix_sandbox import Trial
    from voidgen.outcome.types import State

NAME = "container engine"
SYS_ADMIN = 21
"""The bit of the capability CAP_SYS_ADMIN (linux/capability.h)."""


def check(host: Host, wanted: Container, arch: str) -> Iterator[Outcome]:
    """Check what can run mklive: the engine that ``wanted`` names, or Nix's sandbox.

    ``arch`` is the image's. By itself, `voidgen iso` takes the sandbox only if no container engine
    is installed.
    """
    family = host.family()
    sandbox = nix_sandbox.attempt(host, arch)
    reason = _reason_for_sandbox(wanted)
    found: Engine | None = None
    if reason and (wanted.engine == "nix" or not sandbox.fault):
        what = f"not needed: `voidgen iso` uses Nix's sandbox, because {reason}"
        yield Outcome(NAME, "skipped", what)
    elif reason:
        what = f"{reason}; one of them, or Nix's sandbox, is enough"
        yield Outcome(NAME, "failed", what, lines("engine", family))
    else:
        found, outcome = _engine(host, wanted, family)
        yield outcome
        if found:
            yield _privileges(host, family)
    yield _sandbox(sandbox, reason, found)
    yield _namespaces(host, family, needed=found is not None and not found.rootful)
    yield _loop(host, family)


def _reason_for_sandbox(wanted: Container) -> str:
    """Return why `voidgen iso` takes Nix's sandbox if it can; "" if it takes a container."""
    if wanted.engine == "nix":
        return '[container] engine is "nix"'
    if wanted.engine == "auto" and not any(map(shutil.which, engines.ENGINES)):
        return f"{' and '.join(engines.ENGINES)} are not on PATH"
    return ""


def _engine(host: Host, wanted: Container, family: str) -> tuple[Engine | None, Outcome]:
    try:
        found = engines.find(wanted, host.seconds)
    except TimeoutError:
        what = f"no answer in {host.seconds:g} seconds"
        return None, Outcome(NAME, "failed", what, "podman info")
    except StepFailedError as error:
        remedy = lines("engine", family) if "no container engine" in error.what else error.remedy
        return None, Outcome(NAME, "failed", error.what, remedy)
    how = "as root" if found.rootful else "without root"
    return found, Outcome(NAME, "passed", f"{found.program}, {how}")


def _sandbox(trial: Trial, reason: str, engine: Engine | None) -> Outcome:
    """Return the outcome of a trial of Nix's sandbox; ``reason`` is `_reason_for_sandbox`'s."""
    name = "Nix's sandbox"
    used = engine.program if engine else "a container engine"
    if trial.fault and reason:
        return Outcome(name, "failed", trial.fault, trial.remedy)
    if trial.fault and not trial.is_set_up:
        return Outcome(name, "skipped", f"not needed: `voidgen iso` uses {used}")
    if trial.fault:
        what = f"{trial.fault}; `voidgen iso` uses {used}"
        return Outcome(name, "warning", what, trial.remedy)
    if reason:
        about = f"`voidgen iso` uses it, because {reason}"
    else:
        about = f'works; to use it instead of {used}, set engine = "nix" in [container]'
    return Outcome(name, "passed", "; ".join(filter(None, (about, trial.note))))


def _privileges(host: Host, family: str) -> Outcome:
    """Check that containers can get SYS_ADMIN: they get at most this process's capabilities.

    See capabilities(7).
    """
    name = "privileges"
    bounds = re.search(r"^CapBnd:\s*([0-9a-f]+)$", host.read("/proc/self/status"), re.MULTILINE)
    if bounds and not int(bounds[1], 16) >> SYS_ADMIN & 1:
        what = (
            "SYS_ADMIN is not allowed here, but mklive needs it: does voidgen run in a container?"
        )
        return Outcome(name, "failed", what, lines("privileges", family))
    return Outcome(name, "passed", "containers can get SYS_ADMIN")


def _namespaces(host: Host, family: str, *, needed: bool) -> Outcome:
    """Try to make namespaces, because the settings that forbid them differ between kernels."""
    name = "user namespaces"
    answer = host.ask(["unshare", "--user", "--map-root-user", "--mount", "true"])
    if answer.status == 0:
        return Outcome(name, "passed")
    state: State = "failed" if needed else "warning"
    why = "a container without root, and Nix's sandbox without a daemon, need them"
    return Outcome(name, state, f"{answer.last} ({why})", lines("userns", family))


def _loop(host: Host, family: str) -> Outcome:
    name = "loop devices"
    if os.path.lexists(host.root / "dev/loop-control"):
        return Outcome(name, "passed")
    what = "missing: voidgen does not need them, but mklive outside of voidgen does"
    return Outcome(name, "warning", what, lines("loop", family))
