"""Make manual pages from the commands; the macros are those of man(7).

``python -m tools.manual`` writes generator/man/man1/.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from tools.commands import EXIT_STATUS, Described, described
from voidgen import __version__
from voidgen.system.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).resolve().parent.parent / "man" / "man1"


def pages() -> dict[str, str]:
    """Return the text of each page by file name: ``voidgen.1``, and one for each command."""
    return {f"{_title(one)}.1": _page(one) for one in described()}


def main() -> None:
    """Write all pages, and remove those of commands that are gone."""
    written = pages()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file in FOLDER.iterdir():
        if file.name not in written:
            file.unlink()
    for name, text in written.items():
        write_atomically(FOLDER / name, text.encode())


def _title(command: Described) -> str:
    return command.name.replace(" ", "-")


def _page(command: Described) -> str:
    return "".join(f"{line}\n" for line in _lines(command))


def _lines(command: Described) -> Iterator[str]:
    title = _title(command)
    yield f'.TH {_text(title.upper())} 1 "" "voidgen {__version__}" "voidgen"'
    yield ".SH NAME"
    yield f"{_text(title)} \\- {_text(command.summary)}"
    yield ".SH SYNOPSIS"
    yield f".B {_text(command.name)}"
    yield _text(command.usage)
    yield ".SH DESCRIPTION"
    for number, paragraph in enumerate(command.paragraphs):
        yield from [".PP"] if number else []
        yield _text(paragraph)
    if command.arguments:
        yield ".SH ARGUMENTS"
        for name, what in command.arguments:
            yield from (".TP", f"\\fB{_choices(_text(name))}\\fR", _text(what))
    yield ".SH OPTIONS"
    for names, what in (*command.options, *command.shared):
        yield from (".TP", f"\\fB{_choices(_text(names))}\\fR", _text(what))
    if command.commands:
        yield ".SH COMMANDS"
        for name, what in command.commands:
            yield from (".TP", f"\\fB{_text(f'{title}-{name}')}\\fR(1)", _text(what))
    yield ".SH EXIT STATUS"
    for status, meaning in EXIT_STATUS:
        yield from (".TP", f"\\fB{status}\\fR", _text(meaning))
    if command.examples:
        yield ".SH EXAMPLES"
        yield from (".nf", *map(_text, command.examples), ".fi")
    if not command.commands:
        yield from (".SH SEE ALSO", "\\fBvoidgen\\fR(1)")


def _choices(text: str) -> str:
    """Return a list of choices that may break at the end of a line (groff(7), "Escapes")."""
    return text.replace("|", "|\\:")


def _text(text: str) -> str:
    """Escape text for roff (groff(7), "Escapes"); hyphens can be copied."""
    plain = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    plain = plain.replace("`", "\\(ga").replace("~", "\\(ti").replace("^", "\\(ha")
    plain = re.sub("[^\x00-\x7f]", lambda found: f"\\[u{ord(found[0]):04X}]", plain)
    return f"\\&{plain}" if plain.startswith(".") else plain


if __name__ == "__main__":
    main()
