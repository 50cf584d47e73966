"""Reading derivations from the Nix store, without Nix because there are thousands.

The format is ATerm (Nix manual, "Store Derivation and Deriving Path"). Without its first word, and
with brackets in place of parentheses, it is JSON: strings have the same escapes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from voidgen.nix.version import split, store_name

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORD = "Derive"


@frozen
class Derivation:
    """What something is built from.

    ``name`` and ``version`` are its pname and version, or parts of its name by Nix's rule.
    ``outputs`` are store paths by output, "" if known only after the build; ``inputs`` are the
    derivations that it needs, with the names of their outputs, ``sources`` the paths of files and
    folders.
    """

    name: str
    version: str
    outputs: Mapping[str, str]
    inputs: Mapping[str, tuple[str, ...]]
    sources: tuple[str, ...]
    system: str
    builder: str
    arguments: tuple[str, ...]
    env: Mapping[str, str]

    @property
    def wanted(self) -> tuple[str, ...]:
        """The outputs that it needs of ``inputs``, as `nix-store --realise` takes them."""
        return tuple(f"{path}!{','.join(names)}" for path, names in self.inputs.items())


def read(path: str) -> Derivation | None:
    """Return the derivation at ``path``; None if it does not exist or has another format."""
    try:
        # Latin-1 decodes any bytes: they are only compared, and names are ASCII.
        text = Path(path).read_bytes().decode("latin-1")
        table: Any = json.loads(_with_brackets(text.removeprefix(_WORD)), strict=False)
        outputs, inputs, sources, system, builder, arguments, pairs = table
        env = dict(pairs)
        name, version = split(store_name(path).removesuffix(".drv"))
        if "pname" in env and "version" in env:
            name, version = env["pname"], env["version"]
        return Derivation(
            name,
            version,
            {output: where for output, where, _, _ in outputs},
            {where: tuple(names) for where, names in inputs},
            tuple(sources),
            system,
            builder,
            tuple(arguments),
            env,
        )
    except (OSError, ValueError, TypeError, MemoryError, RecursionError):
        return None


_BRACKETS = str.maketrans("()", "[]")


def _with_brackets(text: str) -> str:
    """Return ``text`` with brackets in place of the parentheses that are not in strings."""
    # A loop over the text between quotes: derivations have thousands of characters in a string.
    parts, is_string = text.split('"'), False
    for number, part in enumerate(parts):
        if not is_string:
            parts[number] = part.translate(_BRACKETS)
            is_string = True
        elif (len(part) - len(part.rstrip("\\"))) % 2 == 0:
            # This quote has no backslash before it.
            is_string = False
    return '"'.join(parts)
