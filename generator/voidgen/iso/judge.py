"""Whether the ISO is what was asked for: what came out, held against what went in."""

from __future__ import annotations

from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.errors import StepFailedError
from voidgen.iso import verify

if TYPE_CHECKING:
    from voidgen.iso.job import Built
    from voidgen.plan import Plan

SHOWN = 20


def judge(plan: Plan, built: Built, came: Path, log: str) -> None:
    """Look at the lists in ``came`` and at mklive's ``log``.

    Raises StepFailedError naming what is not right: there is no ISO then.
    """
    lists = {
        name: (came / name).read_text(errors="surrogateescape")
        for name in (
            *("squashfs.list", "overlay.sums", "iso.list", "efi.list"),
            *("passwd", "group"),
        )
    }
    found = verify.tree(lists["squashfs.list"])
    ids = (verify.names(lists["passwd"]), verify.names(lists["group"]))
    wrong = chain(
        verify.log(log),
        verify.boot(plan.config.image.arch, lists["iso.list"], lists["efi.list"]),
        verify.overlay(
            built.manifest["plan"]["include"],
            Path(built.include),
            found,
            ids,
            verify.sums(lists["overlay.sums"]),
        ),
        verify.closure(built.store_paths, found),
    )
    first = list(islice(wrong, SHOWN))
    if first:
        what = "mklive ended well, but what it made is not what was asked for"
        remedy = "the log tells more; the ISO is not kept"
        raise StepFailedError(what, remedy, "\n".join(first))
