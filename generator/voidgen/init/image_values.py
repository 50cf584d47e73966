"""Values of [image] that the command line gives, checked as those of a voidgen.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen import project
from voidgen.edit import text as edit
from voidgen.errors import Fault, WrongInputError, raise_all

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def put(text: str, values: Mapping[str, str], folder: Path) -> str:
    """Return ``text``, a new voidgen.toml for ``folder``, with ``values`` in [image].

    Raises WrongInputError if the project would not accept one of them.
    """
    for key, value in values.items():
        text = edit.put(text, "image", key, value)
    if values:
        _check(text, values, folder)
    return text


def _check(text: str, values: Mapping[str, str], folder: Path) -> None:
    try:
        project.load(folder, text)
    except WrongInputError as error:
        # Other faults are those of files that the folder had already.
        raise_all(
            Fault(f"--{one.key[1]}: {one.what}", remedy=one.remedy)
            for one in error.faults
            if one.key[:1] == ("image",) and one.key[1] in values
        )
