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
    """A line of a code block: the page, its number, and what is typed, without a remark."""

    page: Path
    number: int
    text: str

    def commands(self) -> Iterator[list[str]]:
        """The words of each `voidgen …` in it."""
        for part in re.split(r"&&|\|\|?|;", self.text):
            words = shlex.split(part.partition(" > ")[0])
            if words[:1] == ["voidgen"]:
                yield words


def lines(page: Path) -> Iterator[Line]:
    """Lines of indented blocks: a paragraph of a list is indented, too, and shows no command.

    What stands between fences is no command, but what one prints.
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
    """Indented blocks, and their parts: an empty line ends one."""
    numbered = enumerate(lines(page))
    for _, group in groupby(numbered, key=lambda pair: pair[1].number - pair[0]):
        yield "\n".join(line.text for _, line in group)


def printed(page: Path) -> Iterator[str]:
    """Lines of what commands print, one after the other, without those that are left out."""
    for block in page.read_text().split(FENCE)[1::2]:
        yield from (line for line in block.splitlines()[1:] if line != "...")
