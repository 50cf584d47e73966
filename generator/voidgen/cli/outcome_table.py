"""Print outcomes for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from voidgen.cli import console as consoles
from voidgen.cli import rows
from voidgen.text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voidgen.outcome.types import Outcome

STYLES = {"passed": "green", "warning": "yellow", "failed": "bold red", "skipped": "dim"}
WORDS = {"passed": "ok", "warning": "??", "failed": "no", "skipped": "--"}


def show(outcomes: Sequence[Outcome]) -> None:
    """Print a line for each, with details below those that did not pass, and the counts."""
    console = consoles.make()
    width = max((len(visible(one.name)) for one in outcomes), default=0)
    for one in outcomes:
        word = f"{WORDS[one.state]}  "
        named = f"{word}{visible(one.name):<{width}}  "
        line = rows.wrap(f"{named}{visible(one.about)}".rstrip(), rows.width(), cell_len(named))
        text = Text(line)
        text.stylize(STYLES[one.state], 0, len(word))
        console.print(text, soft_wrap=True)
        for detail in one.detail.splitlines() if one.state in {"failed", "warning"} else ():
            console.print(Text(f"      {visible(detail)}", style="dim"), soft_wrap=True)
    counts = {state: sum(one.state == state for one in outcomes) for state in WORDS}
    counted = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    console.print(Text(counted or "nothing to check", style="bold"))
