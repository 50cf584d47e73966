"""Find packages of the image that contradict [xbps] kernel, base and ignore."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.errors import Fault, Key
from voidgen.overlay.asker import USER, in_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from voidgen.overlay.resolution import Asked
    from voidgen.plan.plan import Plan

_KERNEL = re.compile(r"linux(?:[0-9]+\.[0-9]+|-lts|-mainline|-asahi)?")


def warnings(plan: Plan, file: Path) -> Iterator[Fault]:
    """Yield a warning for each kernel that the image has but does not boot.

    ``file`` is voidgen.toml.
    """
    kernel = plan.config.xbps.kernel
    if plan.config.mklive is None:
        return
    for asked in plan.resolution.xbps:
        if asked.name != kernel and _KERNEL.fullmatch(asked.name):
            yield Fault(
                f"the image boots the kernel {kernel}, not {asked.name}, which "
                f"{in_words(asked.by)} asks for",
                file,
                _key(plan, asked),
                remedy=f'write kernel = "{asked.name}" in [xbps], {_removal(asked)}',
            )


def _removal(asked: Asked) -> str:
    modules = [one.name for one in asked.by if one != USER]
    if modules:
        return f"or remove it from module {' and '.join(modules)}"
    return "and remove it from packages"


def faults(plan: Plan, file: Path) -> Iterator[Fault]:
    """Yield a fault for each ignored package that the image asks for; ``file`` is voidgen.toml."""
    xbps = plan.config.xbps
    asked = {one.name: in_words(one.by) for one in plan.resolution.xbps}
    asked |= {xbps.kernel: "[xbps] kernel", xbps.base: "[xbps] base"}
    for index, name in enumerate(xbps.ignore):
        if name in asked:
            what = f"{name} is ignored, but {asked[name]} asks for it"
            yield Fault(what, file, ("xbps", "ignore", index), remedy="remove one of the two")


def _key(plan: Plan, asked: Asked) -> Key:
    packages = plan.config.xbps.packages
    if USER in asked.by and asked.name in packages:
        return ("xbps", "packages", packages.index(asked.name))
    return ("xbps",)
