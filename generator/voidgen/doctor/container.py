"""Check what mklive's container needs: an engine, privileges, namespaces."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from voidgen.container import engine as engines
from voidgen.doctor.remedies import lines
from voidgen.errors import StepFailedError
from voidgen.outcome.types import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.config.types import Container
    from voidgen.container.engine import Engine
    from voidgen.doctor.host import Host
    from voidgen.outcome.types import State

SYS_ADMIN = 21
"""The bit of the capability CAP_SYS_ADMIN (linux/capability.h)."""


def check(host: Host, wanted: Container) -> Iterator[Outcome]:
    """Check the engine that ``wanted`` names, and what it needs from the kernel."""
    family = host.family()
    name = "container engine"
    found: Engine | None = None
    try:
        found = engines.find(wanted, host.seconds)
    except TimeoutError:
        yield Outcome(name, "failed", f"no answer in {host.seconds:g} seconds", "podman info")
    except StepFailedError as error:
        remedy = lines("engine", family) if "no container engine" in error.what else error.remedy
        yield Outcome(name, "failed", error.what, remedy)
    else:
        how = "as root" if found.rootful else "without root"
        yield Outcome(name, "passed", f"{found.program}, {how}")
        yield _privileges(host, family)
    yield _namespaces(host, family, needed=found is not None and not found.rootful)
    yield _loop(host, family)


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
