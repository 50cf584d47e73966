"""Which modules fit the image's architecture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.errors import Fault
from voidgen.overlay.asker import in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from voidgen.config.types import Config
    from voidgen.overlay.asker import Asker
    from voidgen.overlay.types import Module


def unfit(
    order: Iterable[Module], by: Mapping[str, tuple[Asker, ...]], config: Config
) -> Iterator[Fault]:
    """Yield a fault for each module of ``order`` that is not for the image's architecture.

    ``by`` has, by module, who asks for it.
    """
    for module in order:
        if module.spec.archs and config.image.arch not in module.spec.archs:
            yield Fault(
                f"module {module.name!r} is for {', '.join(module.spec.archs)}, "
                f"but image.arch is {config.image.arch!r}",
                module.file,
                ("archs",),
                remedy=f"leave the module out; {in_words(by[module.name], ', ')} asks for it",
            )
