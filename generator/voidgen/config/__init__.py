"""What the user wrote: voidgen.toml."""

from pathlib import Path

from voidgen import toml
from voidgen.config.types import Config as Config
from voidgen.structure import structure

FILE = "voidgen.toml"


def load(project: Path) -> Config:
    """The configuration of ``project``; WrongInputError with every fault in it."""
    file = project / FILE
    return structure(toml.read(file), Config, file)
