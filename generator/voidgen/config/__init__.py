"""voidgen.toml as types, and the rules for its values."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.config.types import Config as Config
    from voidgen.config.variants import Variant

FILE = "voidgen.toml"
RESULT = "result"
"""The link to what Nix built, in a project's folder."""


def result(project: Path, variant: str) -> Path:
    """Return the link to what Nix built for an image: ./result, or ./result-VARIANT."""
    return project / (f"{RESULT}-{variant}" if variant else RESULT)


def command(name: str, variant: str) -> str:
    """Return the command line of `voidgen NAME` for an image, in backquotes, for a message."""
    return f"`voidgen {name}{f' {variant}' if variant else ''}`"


def load(project: Path, text: str | None = None) -> Config:
    """Return the configuration of ``project``, as `load_all` does, without its variants."""
    return load_all(project, text)[0]


def load_all(project: Path, text: str | None = None) -> tuple[Config, tuple[Variant, ...]]:
    """Return the configuration of ``project`` and its variants, by name.

    WrongInputError has every fault in it. ``text`` is read instead of the file's content, for
    content that is not written yet.
    """
    # Imported here: many need only the file's name.
    from voidgen.config import variants  # noqa: PLC0415
    from voidgen.config.types import Config  # noqa: PLC0415
    from voidgen.schema import toml  # noqa: PLC0415
    from voidgen.schema.structure import structure  # noqa: PLC0415

    file = project / FILE
    table, others = variants.split(toml.parse(toml.text(file) if text is None else text, file))
    settings = structure(table, Config, file)
    return settings, variants.read(table, settings.image, others, file)
