"""Every command that the documentation shows is one, with options that it has."""

import re
from typing import Any

import click
import pytest
from tests.docs.blocks import PAGES, ROOT, Line, lines

from voidgen.cli import cli

SHOWN = [
    (line, words)
    for page in PAGES
    for line in lines(page)
    if line.text.startswith("voidgen ") and "[OPTIONS]" not in line.text
    for words in line.commands()
]
INLINE = [
    (Line(page, number, text), words)
    for page in PAGES
    for number, line in enumerate(page.read_text().splitlines(), 1)
    for text in re.findall(r"(?<!`)`(voidgen [^`]+)`", line)
    for words in Line(page, number, text).commands()
    if "--help" not in words
]
"""In sentences: a name in capitals stands for what the reader has."""


def test_there_are_some() -> None:
    pages = {line.page.name for line, _ in SHOWN}
    assert len(SHOWN) > 100
    assert len(INLINE) > 60
    assert {"tutorial.md", "README.md", "ci.md", "commands.md", "graph.md"} <= pages


def ids(shown: list[tuple[Line, list[str]]]) -> list[str]:
    return [f"{line.page.relative_to(ROOT)}:{line.number}" for line, _ in shown]


@pytest.mark.parametrize(("line", "words"), SHOWN, ids=ids(SHOWN))
def test_it_is_understood(line: Line, words: list[str]) -> None:
    understood(line, words)


@pytest.mark.parametrize(("line", "words"), INLINE, ids=ids(INLINE))
def test_what_a_sentence_names_is_there(line: Line, words: list[str]) -> None:
    """A sentence may leave out what the command works on."""
    understood(line, words, resilient_parsing=True)


def understood(line: Line, words: list[str], **how: Any) -> None:
    context = click.Context(cli, info_name="voidgen", **cli.context_settings)
    with context.scope(cleanup=False):
        rest = cli.make_parser(context).parse_args(args=words[1:])[1]
        assert rest, line
        command = cli.get_command(context, rest[0])
        assert command is not None, line
        named = command.make_context(rest[0], rest[1:], parent=context, **how)
        assert not any(one.startswith("-") for one in named.args), line


def test_variables_are_those_that_are_read() -> None:
    """And all of them: click reads what completion sets."""
    sources = "".join(file.read_text() for file in (ROOT / "generator/voidgen").rglob("*.py"))
    read = set(re.findall(r"""environ(?:\.get\(|\[)["'](\w+)""", sources))
    read |= set(re.findall(r"""^[A-Z]+ = "([A-Z]+_[A-Z_]+)"$""", sources, re.MULTILINE))
    page = (ROOT / "docs/reference/environment.md").read_text()
    table = page[page.index("voidgen reads these") : page.index("## What programs get")]
    told = set(re.findall(r"`([A-Z_]+)`", table))
    assert sorted(read - told) == []
    assert sorted(one for one in told if one not in sources) == [
        *("COLUMNS", "NIX_CONFIG", "NO_COLOR")
    ]
