"""What has to be locked for a plan, and what of it is not locked. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.xbps.types import Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voidgen.lock.flake_lock import Input
    from voidgen.lock.types import Lock
    from voidgen.plan.plan import Plan


def request(plan: Plan, inputs: Iterable[Input]) -> Request | None:
    """Return the request for XBPS; None if the plan makes no ISO, or mklive isn't locked yet."""
    mklive = next((found.hash for found in inputs if found.name == "mklive"), "")
    if not mklive:
        return None
    return Request(
        plan.config.image.arch,
        mklive,
        tuple(asked.name for asked in plan.resolution.xbps),
        tuple(asked.name for asked in plan.resolution.repositories),
        plan.root.kernel,
        plan.root.base,
        plan.root.ignore,
        plan.root.platforms,
    )


def unlocked_inputs(inputs: Iterable[Input]) -> list[str]:
    """Return a line for each input that flake.lock does not have."""
    return [
        f"flake.lock has no {found.name} from {found.reference}"
        for found in inputs
        if not found.rev
    ]


def unlocked(plan: Plan, inputs: Iterable[Input], lock: Lock | None) -> list[str]:
    """Return a line for each thing that `voidgen lock` has to lock."""
    inputs = list(inputs)
    lines = unlocked_inputs(inputs)
    if plan.config.mklive is None:
        return lines
    if lock is None or lock.xbps is None:
        return [*lines, "voidgen.lock does not have Void's packages"]
    if lock.container != plan.config.container.image:
        lines.append(f"voidgen.lock has another container: {lock.container}")
    asked = request(plan, inputs)
    return [*lines, *(_changes(lock.xbps.request, asked) if asked else [])]


def _changes(old: Request, new: Request) -> Iterator[str]:
    if old.arch != new.arch:
        yield f"voidgen.lock is for {old.arch}, and the image for {new.arch}"
    if old.mklive != new.mklive:
        yield "voidgen.lock has the packages of another mklive"
    if old.repositories != new.repositories:
        yield "voidgen.lock has packages of other repositories"
    pairs = {
        "[xbps] kernel": (old.kernel, new.kernel),
        "[xbps] base": (old.base, new.base),
        "[xbps] ignore": (old.ignore, new.ignore),
        "[image] platforms": (old.platforms, new.platforms),
    }
    yield from (
        f"voidgen.lock is for another {key}" for key, (was, is_) in pairs.items() if was != is_
    )
    added = sorted({*new.packages} - {*old.packages})
    removed = sorted({*old.packages} - {*new.packages})
    if added:
        yield f"voidgen.lock does not have {', '.join(added)}"
    if removed:
        yield f"voidgen.lock has {', '.join(removed)}, which nothing asks for any more"
