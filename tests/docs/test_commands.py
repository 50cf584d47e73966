"""Every command that the documentation shows is one, with options that it has."""

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


def test_there_are_some() -> None:
    pages = {line.page.name for line, _ in SHOWN}
    assert len(SHOWN) > 100
    assert {"tutorial.md", "README.md", "ci.md", "commands.md", "graph.md"} <= pages


@pytest.mark.parametrize(
    ("line", "words"), SHOWN, ids=[f"{one.page.relative_to(ROOT)}:{one.number}" for one, _ in SHOWN]
)
def test_it_is_understood(line: Line, words: list[str]) -> None:
    context = click.Context(cli, info_name="voidgen", **cli.context_settings)
    with context.scope(cleanup=False):
        rest = cli.make_parser(context).parse_args(args=words[1:])[1]
        assert rest, line
        command = cli.get_command(context, rest[0])
        assert command is not None, line
        command.make_context(rest[0], rest[1:], parent=context)
