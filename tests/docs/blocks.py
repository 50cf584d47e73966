"""The commands that the documentation shows."""

import re
import shlex
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from attrs import frozen

FENCE = "```"
ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"])


@frozen
class Line:
    """A line of a code block: the page, its number, and the command without comments."""

    page: Path
    number: int
    text: str

    def commands(self) -> Iterator[list[str]]:
        """Yield the words of each `voidgen …` command in the line."""
        for part in re.split(r"&&|\|\|?|;", self.text):
            words = shlex.split(part.partition(" > ")[0])
            if words[:1] == ["voidgen"]:
                yield words


def lines(page: Path) -> Iterator[Line]:
    """Yield the lines of indented code blocks, not of paragraphs in lists.

    Fenced blocks show output, not commands.
    """
    before = ""
    inside = fenced = False
    for number, line in enumerate(page.read_text().splitlines(), 1):
        fenced ^= line.startswith(FENCE)
        inside = not fenced and line.startswith("    ") and (inside or not before.strip())
        if inside:
            yield Line(page, number, re.sub(r"\s+#\s.*$", "", line.strip()))
        before = line


def blocks(page: Path) -> Iterator[str]:
    """Yield the indented blocks of ``page``; an empty line ends a block."""
    numbered = enumerate(lines(page))
    for _, group in groupby(numbered, key=lambda pair: pair[1].number - pair[0]):
        yield "\n".join(line.text for _, line in group)


def printed(page: Path) -> Iterator[str]:
    """Yield the lines of output that ``page`` shows, without "..."."""
    for block in page.read_text().split(FENCE)[1::2]:
        yield from (line for line in block.splitlines()[1:] if line != "...")


def written_files(page: Path) -> dict[str, str]:
    """Return the files that ``page`` shows: each a path and a colon, then a fenced block."""
    found = re.findall(
        r"^`([^`]+)`:\n\n```\w+\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL
    )
    return dict(found)
