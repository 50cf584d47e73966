"""``voidgen init``."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from voidgen.cli.arguments import Argument
from voidgen.cli.settings import Command, Settings
from voidgen.config.architectures import Arch

if TYPE_CHECKING:
    from collections.abc import Callable

    from voidgen.init.run import Result


VALUES = {
    "title": "The image's title, shown in boot menus.",
    "keymap": "The keyboard: a console keymap, such as de or ch-fr_nodeadkeys.",
    "user": "The name of the live user.",
    "locale": "The system locale, such as de_CH.UTF-8.",
}
"""Options for the keys of [image] with the same names."""


def _values(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of `VALUES`."""
    for name, about in reversed(VALUES.items()):
        command = click.option(f"--{name}", metavar=name.upper(), help=about)(command)
    return command


@click.command("init", cls=Command)
@click.argument(
    "directory",
    cls=Argument,
    about="The folder to make (default: this one).",
    metavar="[DIR]",
    default=".",
    type=click.Path(),
)
@click.option(
    "--preset",
    type=click.Choice(["cinnamon", "xfce", "kde", "lxqt", "mate", "niri", "console"]),
    help="The image to start with (default: cinnamon).",
)
@click.option(
    "--arch",
    type=click.Choice(get_args(Arch)),
    help="The image's architecture (default: x86_64).",
)
@_values
@click.option(
    "--from",
    "scripts",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Take over the settings of a shell pipeline, such as config/install.conf. Repeatable.",
)
@click.option("--offline", is_flag=True, help="Make an image that builds without a network.")
@click.option(
    "--online", is_flag=True,
    help="Change an offline project in DIR into one that makes an ISO from nixpkgs.",
)  # fmt: skip
@click.option(
    "--busybox",
    type=click.Path(path_type=Path),
    help="The static busybox for the offline package set (default: from PATH).",
)
@click.option(
    "--ci",
    "host",
    type=click.Choice(["github", "gitlab"]),
    help="Add a workflow that checks, builds, shows what pull requests change, and updates weekly.",
)
@click.option(
    "--voidgen",
    "source",
    metavar="FLAKE",
    help="Where the workflow gets voidgen, such as github:OWNER/voidgen. Needed for --ci.",
)
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 - the options
    settings: Settings,
    /,
    directory: str,
    preset: str | None,
    arch: str | None,
    scripts: tuple[Path, ...],
    offline: bool,
    online: bool,
    busybox: Path | None,
    host: str | None,
    source: str | None,
    **values: str | None,
) -> None:
    """Make a new image project in DIR: a commented voidgen.toml in a git repository.

    voidgen overwrites nothing. With --from, it takes keymap, locale, user and packages from the
    variables that a script sets. It reads the script without running it, and lists what it did not
    understand. If DIR is a project already, --ci and --voidgen alone add the workflow to it, and
    --online lets it use the network: it keeps its modules and settings. --voidgen names the
    repository that you have voidgen from; the workflow pins its commit.
    """
    from voidgen.init import run  # noqa: PLC0415

    folder = Path(os.path.abspath(Path(settings.project) / directory))
    if offline and (preset or scripts or arch):
        what = "--offline makes its own kind of project: leave out --preset, --arch and --from"
        raise click.UsageError(what)
    if online and (offline or preset or scripts or arch or any(values.values())):
        what = "--online changes a project that is there: leave out --offline, --preset, --arch, "
        raise click.UsageError(f"{what}--from, and the image's values")
    if busybox and not offline:
        raise click.UsageError("--busybox needs --offline")
    request = run.Request(
        folder,
        preset,
        arch,
        scripts,
        offline,
        busybox,
        ci=_ci(settings, host, source),
        online=online,
        image={name: value for name, value in values.items() if value is not None},
        may_make_repository=lambda question: not settings.json and _asked(question),
    )
    done = run.run(request)
    _show(settings, done, folder, directory, offline=offline)


def _ci(settings: Settings, host: str | None, source: str | None) -> tuple[str, str] | None:
    from voidgen.init import voidgen_source  # noqa: PLC0415

    if not host:
        if source:
            raise click.UsageError("--voidgen needs --ci")
        return None
    if not source:
        what = (
            "--ci needs --voidgen FLAKE: the repository that the workflow gets voidgen from, "
            "such as github:OWNER/voidgen"
        )
        raise click.UsageError(what)
    with settings.late(f"looking up {source}"):
        return host, voidgen_source.pinned(source)


def _asked(question: str) -> bool:
    """Ask the user, if someone sits at a terminal."""
    from voidgen.text import visible  # noqa: PLC0415

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    return click.confirm(visible(question), err=True)


def _show(settings: Settings, done: Result, folder: Path, directory: str, *, offline: bool) -> None:
    from voidgen.cli.report import note, result  # noqa: PLC0415
    from voidgen.text import visible  # noqa: PLC0415

    # Also shown under --quiet: it is what the user has to do.
    for line in done.left:
        click.echo(visible(f"not taken over: {line}"), err=True)
    if fault := done.misplaced:
        note(f"{folder}: {fault.what}")
        click.echo(visible(f"    {fault.remedy}"), err=True)
    if settings.json:
        result({"project": str(folder), "done": done.done, "left": done.left})
    if settings.quiet or settings.json:
        return
    place = directory if settings.project == "." else str(folder)
    there = "" if place == "." else f"cd {shlex.quote(place)} && "
    built = "voidgen build"
    if not offline:
        built = "voidgen generate && voidgen lock && voidgen iso   (`voidgen doctor` checks first)"
    for line in (*done.done, f"next: {there}{built}"):
        click.echo(visible(line))
