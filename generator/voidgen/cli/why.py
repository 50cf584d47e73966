"""``voidgen why``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click

from voidgen.cli import variant as of_variant
from voidgen.cli.arguments import Argument
from voidgen.cli.complete import asked as asked_names
from voidgen.cli.settings import Command, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.why.asked import Reason, Step
    from voidgen.why.kept import Kept
    from voidgen.why.run import Result

WAYS = 5
"""Number of ways to a store path to show; a path deep in a closure has millions."""
LEAVING = 8
"""Maximum number of leaving store paths to name."""


@click.command("why", cls=Command)
@click.argument(
    "name",
    cls=Argument,
    about="What to explain: a name, a path of the image or a store path.",
    shell_complete=asked_names,
)
@click.option(
    "--ways", metavar="N", type=click.IntRange(min=1), default=WAYS, show_default=True,
    help="How many ways to a store path to show, the shortest first.",
)  # fmt: skip
@of_variant.option
@click.pass_obj
def command(settings: Settings, name: str, ways: int, variant: str) -> None:
    """Explain why NAME is in the image: who asked for it, and what needs it.

    NAME is a module, an option such as installer.terminal, a package of Nix or Void, a service or a
    path of the image. If the image is built, NAME may also be in its closure: a store path, its
    name with or without version, or a file in one or in the profile, such as bin/vim. Also shows
    what would leave the image with it.
    """
    from voidgen import project  # noqa: PLC0415
    from voidgen.cli.report import result, warn  # noqa: PLC0415
    from voidgen.why import run  # noqa: PLC0415

    with settings.late(f"looking up {name}"):
        request = run.Request(project.find(Path(settings.project)), name, ways, variant)
        found = run.run(request, settings.watcher())
    if found.doubt:
        warn(found.doubt)
    if settings.json:
        closure = None if found.kept is None else [*map(attrs.asdict, found.kept)]
        reasons = [*map(_data, found.reasons)]
        result({"version": 1, "reasons": reasons, "file": found.file, "closure": closure})
    else:
        click.echo("\n\n".join(_blocks(name, found, variant)))


def _blocks(name: str, found: Result, variant: str) -> Iterator[str]:
    """Yield each reason, and each store path, as lines for a person."""
    from voidgen import config  # noqa: PLC0415
    from voidgen.text import visible  # noqa: PLC0415

    for reason in found.reasons:
        yield "\n".join(map(visible, _reason(reason)))
    if found.file:
        yield visible(f"file {name}: {found.file}")
    for path in found.kept or ():
        yield "\n".join(map(visible, _kept(path)))
    if found.kept is None and any(one.kind == "Nix package" for one in found.reasons):
        build = config.command("build", variant)
        yield f"nothing is built: run {build} to see its part in the closure, too"


def _data(reason: Reason) -> dict[str, Any]:
    ways = [
        [{"file": str(step.file), "line": _line(step), "what": step.what} for step in way]
        for way in reason.ways
    ]
    return {"kind": reason.kind, "name": reason.name, "about": reason.about, "ways": ways}


def _reason(reason: Reason) -> Iterator[str]:
    """Yield a line for each step. The first one is in voidgen.toml."""
    from voidgen.cli.report import shown  # noqa: PLC0415

    yield f"{reason.kind} {reason.name}{reason.about and f': {reason.about}'}"
    for number, way in enumerate(reason.ways):
        if number:
            yield "  and"
        for step in way:
            line = _line(step)
            yield f"  {shown(step.file)}{f':{line}' if line else ''}: {step.what}"


def _line(step: Step) -> int | None:
    """Return the line of the step's key, None if its file has no keys because it is not TOML."""
    from voidgen.schema import toml  # noqa: PLC0415

    return toml.line_of(step.file, step.key) if step.file.suffix == ".toml" else None


def _kept(one: Kept) -> Iterator[str]:
    from voidgen.graph.sources import label  # noqa: PLC0415
    from voidgen.text import human_size  # noqa: PLC0415

    yield f"store path {one.path}"
    if one.asked:
        yield f"  asked for as {', '.join(one.asked)}"
    yield (
        f"  {human_size(one.size)}, with all that it needs {human_size(one.closure)}; "
        f"{human_size(one.share)} would leave with it"
    )
    if one.leaving:
        more = len(one.leaving) - LEAVING
        named = ", ".join(map(label, one.leaving[:LEAVING]))
        yield f"  would also leave: {named}{f' and {more:,} more' if more > 0 else ''}"
    yield f"  referred to by {len(one.users):,}; ways to it, the shortest first:"
    for way in one.ways:
        yield f"    {' > '.join(map(label, way))}"
    if one.more:
        yield "    and others, which --ways N shows"
