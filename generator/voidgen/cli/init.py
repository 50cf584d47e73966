"""``voidgen init``."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from voidgen import config
from voidgen.cli.settings import Command, Settings
from voidgen.config.architectures import Arch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voidgen.init.ci import Workflow


@click.command("init", cls=Command)
@click.argument("directory", metavar="[DIR]", default=".", type=click.Path())
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
    help="Take over the settings of a shell pipeline, such as config/install.conf. May repeat.",
)
@click.option("--offline", is_flag=True, help="Make an image that builds without a network.")
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
    busybox: Path | None,
    host: str | None,
) -> None:
    """Make a new image project in DIR: a commented voidgen.toml in a git repository.

    voidgen overwrites nothing. With --from, it takes keymap, locale, user and packages from the
    variables that a script sets. It reads the script without running it, and lists what it did not
    understand. If DIR is a project already, --ci alone adds the workflow to it.
    """
    folder = Path(os.path.abspath(Path(settings.project) / directory))
    if offline and (preset or scripts or arch):
        what = "--offline makes its own kind of project: leave out --preset, --arch and --from"
        raise click.UsageError(what)
    if busybox and not offline:
        raise click.UsageError("--busybox needs --offline")
    workflow = _workflow(host, folder) if host else None
    lines: Sequence[str] = ()
    left: Sequence[str] = ()
    if offline:
        lines = _offline(folder, busybox)
    elif not workflow or preset or arch or scripts or not (folder / config.FILE).exists():
        lines, left = _preset(folder, preset or "cinnamon", arch, scripts)
    if workflow:
        lines = (*lines, _add(workflow, folder))
    _show_result(settings, folder, lines, left, offline=offline, directory=directory)


def _show_result(  # noqa: PLR0913 - what there is to show
    settings: Settings,
    folder: Path,
    lines: Sequence[str],
    left: Sequence[str],
    *,
    offline: bool,
    directory: str,
) -> None:
    from voidgen.cli.report import result  # noqa: PLC0415
    from voidgen.nix import flake_ref  # noqa: PLC0415
    from voidgen.text import visible  # noqa: PLC0415

    # Also shown under --quiet: it is what the user has to do.
    for line in left:
        click.echo(visible(f"not taken over: {line}"), err=True)
    if fault := flake_ref.misplaced(folder):
        click.echo(visible(f"note: {folder}: {fault.what}"), err=True)
        click.echo(visible(f"    {fault.remedy}"), err=True)
    if settings.json:
        result({"project": str(folder), "done": lines, "left": left})
    if settings.quiet or settings.json:
        return
    place = directory if settings.project == "." else str(folder)
    # --offline replaces an empty folder: the shell has to enter it again.
    there = "" if place == "." and not offline else f"cd {shlex.quote(place)} && "
    built = "voidgen generate && nix build"
    if not offline:
        built = "voidgen generate && voidgen lock && voidgen iso   (`voidgen doctor` checks first)"
    for line in (*lines, f"next: {there}{built}"):
        click.echo(visible(line))


def _workflow(host: str, folder: Path) -> Workflow:
    from voidgen.init import ci  # noqa: PLC0415

    return ci.find(host, folder)


def _add(workflow: Workflow, folder: Path) -> str:
    from voidgen.init import ci  # noqa: PLC0415

    ci.add(workflow, iso=config.load(folder).mklive is not None)
    return f"made {workflow.file}"


def _offline(folder: Path, busybox: Path | None) -> Sequence[str]:
    import hashlib  # noqa: PLC0415

    from voidgen.init import offline  # noqa: PLC0415

    used = offline.make(folder, busybox)
    digest = hashlib.sha256((folder / offline.BUSYBOX).read_bytes()).hexdigest()
    return (
        f"made {folder}",
        f"busybox: {used}",
        f"         sha256 {digest} (other bytes give other store paths)",
    )


def _preset(
    folder: Path, name: str, arch: str | None, scripts: Sequence[Path]
) -> tuple[Sequence[str], Sequence[str]]:
    """Return lines on what was done, and what was not taken over."""
    from voidgen.errors import Fault, WrongInputError, unreadable  # noqa: PLC0415
    from voidgen.init import preset, takeover  # noqa: PLC0415
    from voidgen.system.files import read_regular_file  # noqa: PLC0415

    preset.check(folder)
    text = preset.text(name, folder, arch)
    taken: list[str] = []
    left: list[str] = []
    for file in scripts:
        try:
            script = read_regular_file(file, takeover.LARGEST).decode()
        except OSError as error:
            raise WrongInputError(unreadable(error, file)) from None
        except UnicodeDecodeError:
            raise WrongInputError(Fault("not UTF-8", file)) from None
        found = takeover.take(text, script, file)
        text = found.text
        taken += found.lines
        left += found.left
    made = preset.make(folder, text)
    kept = [f"{name} stays as it is" for name in preset.KEPT if name not in made]
    return [f"made {folder}: {name}, {', '.join(made)}", *kept, *taken], left
