"""The commands that the documentation shows."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

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
    """Lines of indented blocks: a paragraph of a list is indented, too, and shows no command."""
    before = ""
    inside = False
    for number, line in enumerate(page.read_text().splitlines(), 1):
        inside = line.startswith("    ") and (inside or not before.strip())
        if inside:
            yield Line(page, number, re.sub(r"\s+#\s.*$", "", line.strip()))
        before = line
