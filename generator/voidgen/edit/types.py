"""A change of voidgen.toml, and what the user agrees to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from voidgen import project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from voidgen.project import Project


class NotAtHandError(Exception):
    """The package set or the repositories cannot be read: offline, or a program is missing."""


@frozen
class Consent:
    """What the user agrees to: unfree and insecure packages, and questions.

    ``ask`` takes lines that the user needs to know, and a question.
    """

    ask: Callable[[Sequence[str], str], bool]
    unfree: bool = False
    insecure: bool = False


@frozen
class Start:
    """voidgen.toml as it is, and its project: None if that does not resolve."""

    file: Path
    text: str
    project: Project | None


@frozen
class ConfigChange:
    """voidgen.toml before and after the change, its project, and notes for the user."""

    start: Start
    new: str
    after: Project
    notes: tuple[str, ...] = ()


def changed(start: Start, new: str, notes: Iterable[str] = ()) -> ConfigChange:
    """Return the project with another text; WrongInputError if that does not resolve."""
    return ConfigChange(start, new, project.load(start.file.parent, new), tuple(notes))
