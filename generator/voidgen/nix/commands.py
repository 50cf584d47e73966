"""Running Nix's programs, and reading what they print.

Nix repeats its HTTP requests after most network failures (``download-attempts`` in nix.conf(5)).
It does not repeat runs of git, which it starts for git inputs: `run` does.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from voidgen.errors import StepFailedError
from voidgen.nix import refusal, setup_remedies
from voidgen.nix.caches import NO_CACHES
from voidgen.schema import typed_json
from voidgen.system.network_faults import UnreachableError
from voidgen.system.process import run_with_retries
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voidgen.nix.caches import Caches
    from voidgen.nix.limits import Limits
    from voidgen.system.pipes import OnStderr
    from voidgen.system.process import Completed

T = TypeVar("T")
_log = logging.getLogger(__name__)

FLAKES = (
    *("--extra-experimental-features", "nix-command flakes"),
    # Names of the flake registry pin nothing: with a file that does not exist, there are none.
    *("--option", "flake-registry", "/var/empty/registry.json"),
    # A flake must not change the settings that Nix reads it with, whatever nix.conf says.
    *("--option", "accept-flake-config", "false"),
)

_FAULTS = re.compile(
    rb"Transferred a partial file|Failure when receiving data|ssh: connect to host"
    rb"|fatal: .*(?:early EOF|unexpected disconnect|unable to connect to"
    rb"|Could not resolve host|Failed to connect|[Tt]imed out|Connection (?:refused|reset)"
    rb"|Empty reply|transfer closed|returned error: 5\d\d|the remote end hung up)"
)
"""Messages after which it may help to try again: curl's of an incomplete answer from a server
without ranges, and git's (its http.c, remote-curl.c, connect.c) and ssh's."""

WITH_FRAMES = "--show-trace"
"""`refusal.shown` finds in the frames who asked for a package: older Nix shows them only then."""


def run_nix(
    words: Sequence[str],
    caches: Caches = NO_CACHES,
    on_stderr: OnStderr | None = None,
    limits: Limits | None = None,
) -> Completed:
    """Run ``nix`` with flakes and ``caches``; StepFailedError if it fails, with what it says."""
    return run(["nix", *words, *FLAKES, *caches.options()], on_stderr, limits)


def json_of(
    words: Sequence[str],
    kind: type[T],
    caches: Caches = NO_CACHES,
    on_stderr: OnStderr | None = None,
    limits: Limits | None = None,
) -> T:
    """Return the JSON that `run_nix` prints, as a ``kind``; StepFailedError if it isn't one."""
    return parsed(["nix", *words], run_nix(words, caches, on_stderr, limits), kind)


def parsed(argv: Sequence[str], done: Completed, kind: type[T]) -> T:
    """Return the JSON that ``argv`` printed, as a ``kind``; StepFailedError if it isn't one."""
    try:
        return typed_json.read(done.stdout, kind)
    except GarbledError as error:
        what = f"{' '.join(argv[:3])}: voidgen cannot read what it printed ({error})"
        remedy = "run `voidgen doctor`: it checks whether this is Nix 2.8 or later"
        raise StepFailedError(what, remedy, done.stdout.decode(errors="replace")) from None


def run(
    argv: Sequence[str], on_stderr: OnStderr | None = None, limits: Limits | None = None
) -> Completed:
    """Run a program of Nix, again after a network failure that Nix itself does not retry.

    ``on_stderr`` is as in `process.run`; ``limits`` are those of nix.conf by default. Raises
    StepFailedError if it fails, UnreachableError if that is because a host cannot be reached.
    """
    try:
        return run_with_retries(
            [*argv, *(limits.options() if limits else ())],
            cwd=Path("/"),
            transient=_FAULTS,
            env=limits.env() if limits else None,
            attempts=limits.attempts if limits else 0,
            on_stderr=on_stderr,
        )
    except StepFailedError as error:
        raise readable(error) from None


def readable(error: StepFailedError) -> StepFailedError:
    """Return ``error`` with the part of its output that a person needs; log all of it."""
    if isinstance(error, UnreachableError):
        return error
    output = refusal.shown(error.output)
    if output != error.output:
        for line in error.output.splitlines():
            _log.info("  | %s", line)
    remedy = refusal.remedy(error.output) or setup_remedies.remedy(error.output)
    return StepFailedError(error.what, remedy or error.remedy, output)
