"""voidgen.toml as types, and the rules for its values."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.config.types import Config as Config

FILE = "voidgen.toml"
RESULT = "result"
"""The link to what Nix built, in a project's folder."""


def load(project: Path, text: str | None = None) -> Config:
    """Return the configuration of ``project``; WrongInputError has every fault in it.

    ``text`` is read instead of the file's content, for content that is not written yet.
    """
    # Imported here: many need only the file's name.
    from voidgen.config.types import Config  # noqa: PLC0415
    from voidgen.schema import toml  # noqa: PLC0415
    from voidgen.schema.structure import structure  # noqa: PLC0415

    file = project / FILE
    return structure(toml.parse(toml.text(file) if text is None else text, file), Config, file)
