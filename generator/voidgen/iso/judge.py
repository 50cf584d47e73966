"""Compare the ISO with the plan."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from voidgen.errors import StepFailedError
from voidgen.iso import identity, kernels, result, wanted
from voidgen.iso.result import DIFFERS, SHOWN, Expected
from voidgen.plan import mklive_job
from voidgen.plan.job_format import BOOT_MENU
from voidgen.schema import typed_json
from voidgen.system import compressed
from voidgen.text import human_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from voidgen.image import sizes
    from voidgen.image.sizes import Share
    from voidgen.iso.built import Built
    from voidgen.lock.lock_json import LockedParts
    from voidgen.plan.plan import Plan

LARGEST = 5
"""Number of packages that are named if the ISO is too large."""


def expected(plan: Plan, built: Built, locked: LockedParts) -> Expected:
    """Return what the ISO should be, made of what Nix built and of the ``locked`` packages."""
    plan_json = typed_json.plain(built.image.plan)
    return Expected(
        plan.config.image.arch,
        wanted.entries(plan_json["include"]),
        built.include,
        tuple(map(str, built.store_paths)),
        built.mklive,
        wanted.services(plan_json),
        kernels.expected(plan_json, locked.packages),
        wanted.root(plan_json),
        mklive_job.boot_menu(plan).get(BOOT_MENU, b""),
        identity.of_plan(plan_json),
    )


def judge(wished: Expected, results: Path, log: str, source_date: int) -> None:
    """Check the container's ``results`` and mklive's ``log``.

    ``source_date`` is the time of all files that a run makes, in seconds since 1970. Raises
    StepFailedError that names what is wrong.
    """
    wrong = result.faults(wished, results, log, source_date, compressed.decompress)
    first = [*islice(wrong, SHOWN)]
    if first:
        raise differs(first)


def differs(faults: Iterable[str]) -> StepFailedError:
    """Return the error that has a line for each of the ISO's ``faults``."""
    remedy = "see the log; voidgen does not keep the ISO"
    return StepFailedError(DIFFERS, remedy, "\n".join(faults))


def size(plan: Plan, built: Built, iso: Path, void: int) -> None:
    """Compare the size of ``iso`` with `[image] max-size`.

    ``void`` is the unpacked size of Void's packages in bytes. Raises StepFailedError if the ISO
    is larger, naming the largest packages.
    """
    image, found = plan.config.image, iso.stat().st_size
    limit = image.limit()
    if limit is None or found <= limit:
        return
    what = (
        f"the ISO has {human_size(found)}, {human_size(found - limit)} more than "
        f"[image] max-size in voidgen.toml allows: {image.max_size}"
    )
    remedy = (
        "remove packages, compress more with [mklive] squashfs, or raise max-size; "
        "voidgen does not keep the ISO"
    )
    raise StepFailedError(what, remedy, "\n".join(_largest(built.image.sizes, void)))


def _largest(found: sizes.Sizes, void: int) -> Iterator[str]:
    yield (
        f"before compression: {human_size(found.closure)} of Nix packages, "
        f"{human_size(void)} of Void's"
    )
    if found.packages:
        own = ((one, one.only) for one in found.packages)
        yield "Nix packages, with everything that only they need:"
        yield from _listed(own)
        yield "Nix packages, with everything that they need:"
        yield from _listed((one, one.closure) for one in found.packages)


def _listed(packages: Iterable[tuple[Share, int]]) -> Iterator[str]:
    first = sorted(packages, key=lambda row: (-row[1], row[0].name))[:LARGEST]
    for one, count in first:
        yield f"  {human_size(count):>9}  {one.name}"
