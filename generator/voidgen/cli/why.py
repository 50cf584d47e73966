"""``voidgen why``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import attrs
import click

from voidgen.cli.complete import asked as asked_names
from voidgen.cli.settings import Command, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.why.asked import Reason, Step
    from voidgen.why.kept import Kept

WAYS = 5
"""Ways to a store path that are told; a path deep in a closure has millions."""
LEAVING = 8
"""Store paths that are named of those which would leave."""


@click.command("why", cls=Command)
@click.argument("name", shell_complete=asked_names)
@click.option(
    "--ways", metavar="N", type=click.IntRange(min=1), default=WAYS, show_default=True,
    help="How many ways to a store path to tell, the shortest first.",
)  # fmt: skip
@click.pass_obj
def command(settings: Settings, name: str, ways: int) -> None:
    """Explain why NAME is in the image: who asked, what needs it, what would leave with it.

    NAME is a module, a package of Nix or Void, a service, a path of the image or, where the image
    is built, anything in its closure: a store path, its name with or without version, or a file
    in one or in the profile, such as bin/vim.
    """
    from voidgen import config, project  # noqa: PLC0415
    from voidgen.cli.report import result  # noqa: PLC0415
    from voidgen.graph import built, fold  # noqa: PLC0415
    from voidgen.text import visible  # noqa: PLC0415
    from voidgen.why import asked, files, kept  # noqa: PLC0415

    with settings.late(f"looking {name} up"):
        image = project.load(project.find(Path(settings.project)))
        reasons = asked.reasons(image.plan, image.folder / config.FILE, name)
        is_built = (image.folder / "result/manifest.json").exists()
        graph = built.closure(image.folder / "result")[1] if is_built else None
        names = fold.names(graph) if graph is not None else {}
        found = names.get(name, [])
        file = None
        if not found and (file := files.find(name, image.folder / "result/profile", names)):
            found = [file[1]]
        paths = kept.kept(graph, found, ways) if graph is not None else []
    if not reasons and not paths:
        _unknown(name, {*names, *asked.names(image.plan)}, built=is_built)
    if settings.json:
        closure = [attrs.asdict(one) for one in paths] if is_built else None
        data = {
            "version": 1,
            "reasons": [*map(_data, reasons)],
            "file": file and file[0],
            "closure": closure,
        }
        result(data)
        return
    blocks = ["\n".join(map(visible, _reason(one))) for one in reasons]
    blocks += [visible(f"file {name}: {file[0]}")] if file else []
    blocks += ["\n".join(map(visible, _kept(one))) for one in paths]
    if not is_built and any(one.kind == "Nix package" for one in reasons):
        blocks.append("nothing is built: after `nix build`, its part in the closure is told, too")
    click.echo("\n\n".join(blocks))


def _unknown(name: str, known: set[str], *, built: bool) -> NoReturn:
    from voidgen.errors import Fault, WrongInputError, did_you_mean  # noqa: PLC0415

    nothing = "`voidgen show` lists what the image has"
    if not built:
        nothing += "; names of the closure are known after `nix build`"
    remedy = did_you_mean(name, known) or nothing
    raise WrongInputError(Fault(f"nothing in the image has the name {name!r}", remedy=remedy))


def _data(reason: Reason) -> dict[str, Any]:
    ways = [
        [{"file": str(step.file), "line": _line(step), "what": step.what} for step in way]
        for way in reason.ways
    ]
    return {"kind": reason.kind, "name": reason.name, "about": reason.about, "ways": ways}


def _reason(reason: Reason) -> Iterator[str]:
    """A line for each step, the first one in voidgen.toml."""
    from voidgen.cli.report import shown  # noqa: PLC0415

    yield f"{reason.kind} {reason.name}{reason.about and f': {reason.about}'}"
    for number, way in enumerate(reason.ways):
        if number:
            yield "  and"
        for step in way:
            line = _line(step)
            yield f"  {shown(step.file)}{f':{line}' if line else ''}: {step.what}"


def _line(step: Step) -> int | None:
    """Only TOML has keys: the files of a module are named as a whole."""
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
        yield f"  would leave, too: {named}{f' and {more:,} more' if more > 0 else ''}"
    yield f"  referred to by {len(one.users):,}; ways to it, the shortest first:"
    for way in one.ways:
        yield f"    {' > '.join(map(label, way))}"
    if one.more:
        yield "    and others, which --ways N tells"
