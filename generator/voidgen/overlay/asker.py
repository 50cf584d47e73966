"""Who asks for a thing of the image: voidgen.toml, or an overlay module."""

from typing import Literal

from attrs import frozen


@frozen(order=True)
class Asker:
    """A module or a file, by its ``name``."""

    kind: Literal["file", "module"]
    name: str

    def __str__(self) -> str:
        """Return it in the words of messages."""
        return self.name if self.kind == "file" else f"module {self.name}"


USER = Asker("file", "voidgen.toml")
"""The user, who asks in voidgen.toml."""


def module(name: str) -> Asker:
    """Return the asker for the module ``name``."""
    return Asker("module", name)


def in_words(askers: tuple[Asker, ...], joint: str = " and ") -> str:
    """Return the askers as text, such as "voidgen.toml and module x"."""
    return joint.join(map(str, askers))
