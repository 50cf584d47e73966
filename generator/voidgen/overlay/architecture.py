"""What depends on the image's architecture: which modules fit it, and Void's repositories of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.config.rules import VOID_FOLDER
from voidgen.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from voidgen.config.types import Config
    from voidgen.overlay.types import Module


def unfit(
    order: Iterable[Module], by: Mapping[str, tuple[str, ...]], config: Config
) -> Iterator[Fault]:
    """The modules of ``order`` that are not for the image's architecture; ``by`` asks for them."""
    for module in order:
        if module.spec.archs and config.image.arch not in module.spec.archs:
            yield Fault(
                f"module {module.name!r} is for {', '.join(module.spec.archs)}, "
                f"and image.arch is {config.image.arch!r}",
                module.file,
                ("archs",),
                remedy=f"leave it out; {', '.join(by[module.name])} asks for it",
            )


def repositories(module: Module, config: Config) -> tuple[str, ...]:
    """The repositories that ``module`` needs, with Void's own folders as URLs."""
    return tuple(
        f"{_void(config).rstrip('/')}/{where}" if re.fullmatch(VOID_FOLDER, where) else where
        for where in module.spec.packages.repositories
    )


def _void(config: Config) -> str:
    """The image's repository of Void's packages, which may be a mirror.

    Void has one for each C library and processor: ``current``, ``current/musl``,
    ``current/aarch64``. Of several that fit it is the last, as others are put before Void's.
    """
    known = config.xbps.repositories
    musl, arm = config.image.arch.endswith("-musl"), config.image.arch.startswith("aarch64")

    def fits(where: str) -> bool:
        folders = where.split("/")
        return ("aarch64" in folders) == arm and (arm or ("musl" in folders) == musl)

    return next((where for where in reversed(known) if fits(where)), (*known, "")[-1])
