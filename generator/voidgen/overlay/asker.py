"""Who asks for a thing of the image: voidgen.toml, or an overlay module."""

from typing import Literal

from attrs import frozen


@frozen(order=True)
class Asker:
    """``name`` is that of a module or of a file."""

    kind: Literal["file", "module"]
    name: str

    def __str__(self) -> str:
        """As messages say it."""
        return self.name if self.kind == "file" else f"module {self.name}"


USER = Asker("file", "voidgen.toml")
"""Asks for what no module brings."""


def module(name: str) -> Asker:
    """Return the module ``name`` as one who asks."""
    return Asker("module", name)


def in_words(askers: tuple[Asker, ...], joint: str = " and ") -> str:
    """Return who asks as a list in words."""
    return joint.join(map(str, askers))
