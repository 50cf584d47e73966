"""Manual pages, made from the commands; the macros are those of man(7).

``python -m voidgen.cli.manual`` writes generator/man/man1/.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from voidgen import __version__, place, share
from voidgen.cli import cli
from voidgen.cli.examples import EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = share.PACKAGE.parent / "man" / "man1"
EXIT_STATUS = (
    ("0", "It is done, or all is well."),
    ("1", "A check failed, or a step broke."),
    ("2", "The input is wrong: the command line, voidgen.toml, a module or a lock."),
    ("130", "It was interrupted."),
)


def pages() -> dict[str, str]:
    """The text of each page by its file's name: ``voidgen.1``, and one for each command."""
    # Its settings, too: a command keeps the help option that it is first asked for.
    top = click.Context(cli, info_name="voidgen", **cli.context_settings)
    found = {"voidgen.1": _page(cli, top)}
    for name in cli.list_commands(top):
        command = cli.get_command(top, name)
        assert command is not None  # noqa: S101 - it is listed
        context = click.Context(command, info_name=name, parent=top)
        found[f"voidgen-{name}.1"] = _page(command, context)
    return found


def main() -> None:
    """Write them all, and remove those of commands that went."""
    written = pages()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file in FOLDER.iterdir():
        if file.name not in written:
            file.unlink()
    for name, text in written.items():
        place.replace(FOLDER / name, text.encode())


def _page(command: click.Command, context: click.Context) -> str:
    return "".join(f"{line}\n" for line in _lines(command, context))


def _lines(command: click.Command, context: click.Context) -> Iterator[str]:
    title = context.command_path.replace(" ", "-")
    yield f'.TH {_text(title.upper())} 1 "" "voidgen {__version__}" "voidgen"'
    yield ".SH NAME"
    summary = command.get_short_help_str(limit=1000).removesuffix(".")
    yield f"{_text(title)} \\- {_text(summary)}"
    yield ".SH SYNOPSIS"
    yield f".B {_text(context.command_path)}"
    yield _text(" ".join(command.collect_usage_pieces(context)))
    yield ".SH DESCRIPTION"
    for number, paragraph in enumerate((command.help or "").split("\n\n")):
        yield from [".PP"] if number else []
        yield _text(" ".join(paragraph.split()))
    yield ".SH OPTIONS"
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record and record[1]:
            yield from (".TP", f"\\fB{_text(record[0])}\\fR", _text(" ".join(record[1].split())))
    if isinstance(command, click.Group):
        yield ".SH COMMANDS"
        for name in command.list_commands(context):
            one = command.get_command(context, name)
            assert one is not None  # noqa: S101 - it is listed
            yield ".TP"
            yield f"\\fB{_text(f'{title}-{name}')}\\fR(1)"
            yield _text(one.get_short_help_str(limit=1000))
    yield ".SH EXIT STATUS"
    for status, meaning in EXIT_STATUS:
        yield from (".TP", f"\\fB{status}\\fR", _text(meaning))
    if examples := EXAMPLES.get(context.info_name or "", ()):
        yield ".SH EXAMPLES"
        yield from (".nf", *map(_text, examples), ".fi")
    if context.parent:
        yield from (".SH SEE ALSO", "\\fBvoidgen\\fR(1)")


def _text(text: str) -> str:
    """Text that is nothing but text in roff (groff(7), "Escapes"); hyphens can be copied."""
    plain = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    plain = plain.replace("`", "\\(ga").replace("~", "\\(ti").replace("^", "\\(ha")
    plain = re.sub("[^\x00-\x7f]", lambda found: f"\\[u{ord(found[0]):04X}]", plain)
    return f"\\&{plain}" if plain.startswith(".") else plain


if __name__ == "__main__":
    main()
