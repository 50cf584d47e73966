"""Every command in the documentation parses with voidgen's own options."""

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


def test_the_pages_have_many_commands() -> None:
    pages = {line.page.name for line, _ in SHOWN}
    assert len(SHOWN) > 100
    assert len(INLINE) > 60
    assert {"tutorial.md", "README.md", "ci.md", "commands.md", "graph.md"} <= pages


def ids(shown: list[tuple[Line, list[str]]]) -> list[str]:
    return [f"{line.page.relative_to(ROOT)}:{line.number}" for line, _ in shown]


@pytest.mark.parametrize(("line", "words"), SHOWN, ids=ids(SHOWN))
def test_a_shown_command_parses(line: Line, words: list[str]) -> None:
    check_command(line, words)


@pytest.mark.parametrize(("line", "words"), INLINE, ids=ids(INLINE))
def test_a_command_in_a_sentence_exists(line: Line, words: list[str]) -> None:
    """A sentence may leave out the command's arguments."""
    check_command(line, words, resilient_parsing=True)


def check_command(line: Line, words: list[str], **how: Any) -> None:
    context = click.Context(cli, info_name="voidgen", **cli.context_settings)
    with context.scope(cleanup=False):
        rest = cli.make_parser(context).parse_args(args=words[1:])[1]
        assert rest, line
        command = cli.get_command(context, rest[0])
        assert command is not None, line
        named = command.make_context(rest[0], rest[1:], parent=context, **how)
        assert not any(one.startswith("-") for one in named.args), line


def test_the_page_lists_the_environment_variables_that_voidgen_reads() -> None:
    """It lists all of them; click reads the variable of completion."""
    sources = "".join(file.read_text() for file in (ROOT / "generator/voidgen").rglob("*.py"))
    read = set(re.findall(r"""environ(?:\.get\(|\[)["'](\w+)""", sources))
    read |= set(re.findall(r"""^[A-Z]+ = "([A-Z]+_[A-Z_]+)"$""", sources, re.MULTILINE))
    page = (ROOT / "docs/reference/environment.md").read_text()
    table = page[page.index("voidgen reads these") : page.index("## What programs get")]
    told = set(re.findall(r"`([A-Z_]+)`", table))
    assert sorted(read - told) == []
    assert sorted(one for one in told if one not in sources) == []
