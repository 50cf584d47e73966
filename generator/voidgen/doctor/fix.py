"""What `voidgen doctor --fix` can add to files of the user's own, or root to the machine's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import StepFailedError
from voidgen.outcome.types import Outcome
from voidgen.system import files, git_trust
from voidgen.system.process import ask

if TYPE_CHECKING:
    from voidgen.nix.setup_remedies import Remedy
    from voidgen.outcome.types import State


@frozen
class Fix:
    """A line that a file lacks; ``repository`` if it is git's line to trust one."""

    file: str
    line: str
    repository: str = ""


@frozen
class Fixable(Outcome):
    """An outcome with what would make it pass."""

    fix: Fix | None = None


def outcome(name: str, state: State, remedy: Remedy, about: str = "") -> Outcome:
    """Return the outcome of a check that failed, with the fix of ``remedy`` if it has one.

    ``about`` says more than the remedy does.
    """
    what = remedy.what.removesuffix(":")
    about = f"{what} ({about})" if what and about else what or about
    if remedy.line is None:
        return Outcome(name, state, about, remedy.commands)
    fix = Fix(str(remedy.line.file), remedy.line.text)
    return Fixable(name, state, about, remedy.commands, fix)


def trusting(name: str, about: str, repository: str) -> Outcome:
    """Return the outcome of a check that failed because git does not trust ``repository``."""
    command, file = git_trust.command(repository), git_trust.conf_file()
    line = f"[safe] directory = {repository}"
    return Fixable(name, "failed", about, command, Fix(str(file), line, repository))


def apply(fix: Fix) -> None:
    """Add the line to the file. Raises StepFailedError or WrongInputError if that is not possible.

    Nothing is added if the file's last line of that setting is the same: then it has no effect.
    """
    if fix.repository:
        ask(
            ["git", "config", "--global", "--add", git_trust.SETTING, fix.repository], cwd=Path("/")
        )
        return
    file = Path(fix.file)
    text = (files.read_optional_input(file) or b"").decode(errors="replace")
    last = [line for line in text.splitlines() if _name(line) == _name(fix.line)][-1:]
    if last and last[0].split() == fix.line.split():
        what = f"{file}: has this line already, but another setting overrides it"
        raise StepFailedError(
            what, "look for it in NIX_CONFIG, and in files that nix.conf includes"
        )
    files.append_line(file, fix.line)


def _name(line: str) -> str:
    """Return the name of the setting of a line of nix.conf; "" for a comment or an include."""
    name, equals, _ = line.partition("=")
    return name.strip().removeprefix("extra-") if equals else ""
