"""A value that voidgen.toml or a module gives an option of a module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.config import passwords

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.errors import Key
    from voidgen.overlay.asker import Asker
    from voidgen.schema.structure import OptionValue


@frozen
class Given:
    """A value for the option ``name`` of the module ``of``: who gives it, and in which file."""

    of: str
    name: str
    value: OptionValue
    by: Asker
    file: Path

    @property
    def key(self) -> Key:
        """Return the key of the value in ``file``."""
        return ("overlay", "options", self.of, self.name)


def shown(value: OptionValue) -> str:
    """Return a value as text for people; a password's hash stays hidden."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, str) and passwords.is_hash(value):
        return "a hash"
    return str(value).lower() if isinstance(value, bool) else repr(value)
