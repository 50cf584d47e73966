"""The command line, a module for each command: only this folder prints and exits."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from voidgen import __version__
from voidgen.cli.report import report, say, shown
from voidgen.cli.settings import SHARED, Settings
from voidgen.cli.streams import Streams
from voidgen.errors import Fault, StepFailedError, WrongInputError, did_you_mean
from voidgen.system import credentials

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

INTERRUPTED = 130
NAMED = 8
"""Maximum number of files to name."""


class LazyGroup(click.Group):
    """Imports a command's module when the command is needed, so that each starts quickly."""

    SECTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
        {
            "Start": ("init", "doctor", "completion"),
            "Describe": ("search", "add", "remove", "show", "graph", "why"),
            "Build": ("generate", "build", "lock", "update", "iso", "boot", "write"),
            "Compare, check, share": ("diff", "check", "verify", "push"),
            "Look up": ("fetch", "prefetch"),
        }
    )
    COMMANDS = tuple(name for names in SECTIONS.values() for name in names)

    def list_commands(self, _: click.Context) -> list[str]:
        """Return the names in the order in which a user meets them."""
        return list(self.COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        """Return the command ``name``, from ``voidgen.cli.NAME``."""
        if name not in self.COMMANDS:
            return None
        command: click.Command = import_module(f"voidgen.cli.{name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the first word names; UsageError with similar names if none."""
        name = args[0]
        if name not in self.COMMANDS and not name.startswith("-"):
            near = did_you_mean(name, self.COMMANDS)
            ctx.fail(f"no command is called {name!r}{near and f': {near}'}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by purpose, in columns of one width."""
        found = {name: self.get_command(ctx, name) for name in self.COMMANDS}
        for title, names in self.SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(
                    [
                        (name.ljust(max(map(len, found))), command.get_short_help_str(limit=1000))
                        for name in names
                        if (command := found[name])
                    ]
                )


@click.group(
    cls=LazyGroup,
    params=[*SHARED],
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """One declarative file to a Void Linux live ISO with a Nix closure baked in.

    You can write these options before or after a command.
    """


def main() -> None:
    """Run the command line; exit 0 good, 1 a step failed, 2 wrong input, 130 interrupted."""
    if sys.getfilesystemencoding() != "utf-8":
        # Names of files go into the image, which must not depend on the locale.
        argv = [sys.executable, "-X", "utf8", *sys.orig_argv[1:]]
        os.execv(sys.executable, argv)  # noqa: S606 - itself
    # Most of what a run makes lives until its end: a collection often finds nothing.
    gc.set_threshold(200_000)
    streams = Streams()
    try:
        status = _status(Settings(), streams)
    except OSError:
        # A message that could not be shown.
        status = 1
    except SystemExit as end:
        # click has completed a word, or found that nobody reads the output.
        status = int(end.code or 0)
    sys.exit(streams.finish(status))


def _status(settings: Settings, streams: Streams) -> int:
    """Run the command line, and show what went wrong; return the exit status."""
    try:
        _refuse_secrets(sys.argv[1:])
        return _run(settings)
    except WrongInputError as error:
        report(error.faults)
        return 2
    except StepFailedError as error:
        say(error.what, error.remedy, error.output)
    except (click.Abort, KeyboardInterrupt):
        say(*_interrupted(settings))
        return INTERRUPTED
    except OSError as error:
        return streams.finish(0) or _bug(error, settings)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault of ours
        return _bug(error, settings)
    return 1


def _bug(error: Exception, settings: Settings) -> int:
    if settings.debug:
        traceback.print_exception(error)
    else:
        say(
            f"internal error: {type(error).__name__}: {error}",
            "this is a bug in voidgen: run again with --debug and report what it prints",
        )
    return 1


def _refuse_secrets(arguments: Iterable[str]) -> None:
    """Raise WrongInputError if an argument has a URL with a password or token."""
    for argument in arguments:
        if secret := credentials.secret_in(argument):
            what = f"an argument has a URL with {secret}, which other users of this machine, "
            what += "logs and files would show"
            raise WrongInputError(Fault(what, remedy=credentials.remedy_for(argument)))


def _interrupted(settings: Settings) -> tuple[str, str]:
    """Return what was being done, and the state that things are in."""
    doing = f" while {settings.doing[0]}" if settings.doing else ""
    if settings.left:
        return f"interrupted{doing}", settings.left
    files = [shown(file) for file in settings.written]
    more = f" and {len(files) - NAMED} more" if len(files) > NAMED else ""
    done = f"already written: {', '.join(files[:NAMED])}{more}" if files else "nothing was written"
    again = "run it again: what was built or fetched is kept"
    return f"interrupted{doing}", f"{done}; {again}"


def _run(settings: Settings) -> int:
    """Run click; its errors are shown like all others."""
    try:
        return cli.main(prog_name="voidgen", standalone_mode=False, obj=settings) or 0
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
    except click.ClickException as error:
        # Without click's own show(): an argument may hold control characters.
        context = error.ctx if isinstance(error, click.UsageError) else None
        # click puts the choices of a missing argument into lines with tabs.
        what = " ".join(error.format_message().split())
        say(what, f"see `{context.command_path} --help`" if context else "")
    return 2
