"""``voidgen search``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from voidgen.cli.arguments import Argument
from voidgen.cli.settings import Command, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from voidgen.search.rank import Hit
    from voidgen.search.run import Found, Kind

SHOWN = 20
"""Number of hits of each source to show on a terminal."""
NAME, VERSION = 28, 14
"""Columns that a name and a version may take on a terminal, so that descriptions have room."""
TITLES = {"module": "Modules", "xbps": "Void packages", "nix": "Nix packages"}
_SEARCHED = {"module": "the modules", "xbps": "Void packages", "nix": "the package set"}


@click.command("search", cls=Command)
@click.argument(
    "words",
    cls=Argument,
    about="What to look for, in names and descriptions. Each WORD must be there.",
    metavar="WORD...",
    nargs=-1,
    required=True,
)
@click.option(
    "--only",
    type=click.Choice(["module", "xbps", "nix"]),
    help="Search only modules, Void packages or Nix packages.",
)
@click.option("--all", "every", is_flag=True, help=f"Show more than {SHOWN} hits of each kind.")
@click.pass_obj
def command(settings: Settings, words: tuple[str, ...], only: Kind | None, every: bool) -> int:
    """Search for modules and packages by name and description.

    Searches the overlay modules, the Void repositories as voidgen.lock has them, and the package
    set as flake.lock has it. Nix reads the descriptions of all packages when it searches a package
    set for the first time: that takes some minutes. Exits with 1 if nothing is found.
    """
    from voidgen import project  # noqa: PLC0415
    from voidgen.cli.report import result  # noqa: PLC0415
    from voidgen.search import run  # noqa: PLC0415

    if not all(word.strip() for word in words):
        raise click.UsageError("a WORD is empty")
    kinds = (only,) if only else run.KINDS
    request = run.Request(project.find(Path(settings.project)), words, kinds)
    found = []
    for one in run.run(request, settings.watcher()):
        found.append(one)
        if not settings.json:
            _show(one, every=every)
    if settings.json:
        result({"version": 1, "hits": [row for one in found for row in _data(one)]})
    if any(one.hits for one in found):
        return 0
    if not all(one.problem for one in found):
        _say_nothing_found(words, found)
    return 1


def _data(found: Found) -> Iterator[dict[str, str]]:
    for hit in found.hits:
        yield {
            "kind": found.kind,
            "name": hit.name,
            "version": hit.version,
            "description": hit.about,
        }


def _say_nothing_found(words: Sequence[str], found: Sequence[Found]) -> None:
    from voidgen.cli.report import say  # noqa: PLC0415
    from voidgen.errors import did_you_mean  # noqa: PLC0415

    near = did_you_mean(words[0], {name for one in found for name in one.names})
    what, remedy = "no name or description", near or "use fewer or other words"
    if any(one.problem for one in found):
        searched = (_SEARCHED[one.kind] for one in found if not one.problem)
        what = f"{what} of {' and '.join(searched)}"
        remedy = near or "the packages were not searched: try again when they can be"
    say(f"{what} has {' and '.join(words)}", remedy)


def _show(found: Found, *, every: bool) -> None:
    from voidgen.cli.report import warn  # noqa: PLC0415
    from voidgen.cli.rows import width  # noqa: PLC0415
    from voidgen.errors import Fault  # noqa: PLC0415

    if found.problem:
        what = f"{TITLES[found.kind]} were not searched: {found.problem}"
        warn(Fault(what, remedy="run `voidgen doctor` to see what is missing"))
    columns = width()
    if columns is None:
        _print_plain(found)
    elif found.hits:
        _print_for_terminal(found, len(found.hits) if every else SHOWN, columns)


def _print_plain(found: Found) -> None:
    """Print a line for each hit, with tabs between kind, name, version and description."""
    from voidgen.text import visible  # noqa: PLC0415

    for hit in found.hits:
        click.echo("\t".join(map(visible, (found.kind, hit.name, hit.version, hit.about))))


def _print_for_terminal(found: Found, limit: int, columns: int) -> None:
    from rich.text import Text  # noqa: PLC0415

    from voidgen.cli import console as consoles  # noqa: PLC0415
    from voidgen.cli.rows import shorten  # noqa: PLC0415
    from voidgen.text import visible  # noqa: PLC0415

    console = consoles.make()
    head = f"{TITLES[found.kind]}: {len(found.hits):,}"
    text = Text(shorten(visible(f"{head}  {found.source}"), columns), style="dim")
    text.stylize("not dim bold", 0, len(head))
    lines = [*_lines(found.hits[:limit], columns)]
    if len(found.hits) > limit:
        lines.append(f"  and {len(found.hits) - limit:,} more: add a WORD, or use --all")
    lines.append(f"  add one: voidgen add {found.kind} {visible(found.hits[0].name)}\n")
    for line in (text, *map(Text, lines)):
        console.print(line, soft_wrap=True)


def _lines(hits: Sequence[Hit], columns: int) -> Iterator[str]:
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415

    from voidgen.cli.rows import shorten  # noqa: PLC0415
    from voidgen.text import visible  # noqa: PLC0415

    cells = [(visible(one.name), visible(one.version), visible(one.about)) for one in hits]
    names = min(max(cell_len(name) for name, _, _ in cells), NAME)
    versions = min(max(cell_len(version) for _, version, _ in cells), VERSION)
    for name, version, about in cells:
        # A name is never cut: it is what `voidgen add` takes.
        row = f"  {name}" if cell_len(name) > names else f"  {set_cell_size(name, names)}"
        if versions:
            row += f"  {set_cell_size(shorten(version, versions), versions)}"
        yield shorten(f"{row}  {about}".rstrip(), max(columns, cell_len(f"  {name}")))
