"""``voidgen init``."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from voidgen.cli.arguments import Argument
from voidgen.cli.settings import Command, Settings
from voidgen.config.architectures import Arch

if TYPE_CHECKING:
    from voidgen.init.run import Result


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
    help="Add a workflow that checks, builds, and shows what pull requests change.",
)
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 - the options
    settings: Settings,
    directory: str,
    preset: str | None,
    arch: str | None,
    scripts: tuple[Path, ...],
    offline: bool,
    online: bool,
    busybox: Path | None,
    host: str | None,
) -> None:
    """Make a new image project in DIR: a commented voidgen.toml in a git repository.

    voidgen overwrites nothing. With --from, it takes keymap, locale, user and packages from the
    variables that a script sets. It reads the script without running it, and lists what it did not
    understand. If DIR is a project already, --ci alone adds the workflow to it, and --online lets
    it use the network: it keeps its modules and settings.
    """
    from voidgen.init import run  # noqa: PLC0415

    folder = Path(os.path.abspath(Path(settings.project) / directory))
    if offline and (preset or scripts or arch):
        what = "--offline makes its own kind of project: leave out --preset, --arch and --from"
        raise click.UsageError(what)
    if online and (offline or preset or scripts or arch):
        what = "--online changes a project that is there: leave out --offline, --preset, --arch "
        raise click.UsageError(f"{what}and --from")
    if busybox and not offline:
        raise click.UsageError("--busybox needs --offline")
    request = run.Request(folder, preset, arch, scripts, offline, busybox, host, online)
    done = run.run(request)
    _show(settings, done, folder, directory, offline=offline)


def _show(settings: Settings, done: Result, folder: Path, directory: str, *, offline: bool) -> None:
    from voidgen.cli.report import result  # noqa: PLC0415
    from voidgen.text import visible  # noqa: PLC0415

    # Also shown under --quiet: it is what the user has to do.
    for line in done.left:
        click.echo(visible(f"not taken over: {line}"), err=True)
    if fault := done.misplaced:
        click.echo(visible(f"note: {folder}: {fault.what}"), err=True)
        click.echo(visible(f"    {fault.remedy}"), err=True)
    if settings.json:
        result({"project": str(folder), "done": done.done, "left": done.left})
    if settings.quiet or settings.json:
        return
    place = directory if settings.project == "." else str(folder)
    # --offline replaces an empty folder: the shell has to enter it again.
    there = "" if place == "." and not offline else f"cd {shlex.quote(place)} && "
    built = "voidgen build"
    if not offline:
        built = "voidgen generate && voidgen lock && voidgen iso   (`voidgen doctor` checks first)"
    for line in (*done.done, f"next: {there}{built}"):
        click.echo(visible(line))
