"""Make the reference page of the commands.

``python -m tools.commands_page`` writes docs/reference/commands.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tools.commands import EXIT_STATUS, Described, described
from tools.modules_page import cell, code_cell
from voidgen.cli import LazyGroup

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FILE = Path("docs/reference/commands.md")
HEAD = """\
# Commands

This page has what `voidgen COMMAND --help` prints. Each command also has a manual page, such as
`man voidgen-generate`.
"""


def page() -> str:
    """Return the page in Markdown."""
    top, *commands = described()
    return "".join(f"{line}\n" for line in _lines(top, {one.name: one for one in commands}))


def _lines(top: Described, commands: dict[str, Described]) -> Iterator[str]:
    yield from HEAD.splitlines()
    for title, names in LazyGroup.SECTIONS.items():
        yield from ("", f"**{title}:** {', '.join(f'[{name}](#{name})' for name in names)}")
    yield from ("", "## Options of all commands", "")
    yield from _table("option", top.shared)
    yield from (
        "",
        "Write them before or after the command. See [what commands print](output.md).",
    )
    yield from ("", "## Exit status", "")
    yield from _table("status", EXIT_STATUS)
    for command in commands.values():
        yield from _command(command)


def _command(command: Described) -> Iterator[str]:
    yield from ("", f"## {command.name.partition(' ')[2]}", "")
    yield f"    {command.name} {command.usage}"
    for paragraph in command.paragraphs:
        yield from ("", _plain(paragraph))
    if command.arguments:
        yield ""
        yield from _table("argument", command.arguments)
    if command.options:
        yield ""
        yield from _table("option", command.options)
    if command.examples:
        yield from ("", *(f"    {line}" for line in command.examples))


def _table(what: str, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield from (f"| {what} | meaning |", "|---|---|")
    for name, meaning in rows:
        yield f"| {code_cell(name)} | {cell(_plain(meaning))} |"


def _plain(text: str) -> str:
    """Escape text for Markdown, which would take a star for emphasis and a bracket for a link."""
    parts = text.split("`")
    for number in range(0, len(parts), 2):
        for sign in "*_[]<>":
            parts[number] = parts[number].replace(sign, f"\\{sign}")
    return "`".join(parts)


if __name__ == "__main__":
    FILE.write_text(page())
