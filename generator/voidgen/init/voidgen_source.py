"""Where a workflow gets voidgen: a flake, pinned to a commit or a hash."""

from __future__ import annotations

import re

from voidgen.errors import Fault, StepFailedError, WrongInputError
from voidgen.nix import flakes
from voidgen.schema.rule import MisfitError, Rule

_PLAIN = r"[^\s\x00-\x1f\x7f\x22\x27\x60#\\$]"
"""Characters that need no quoting in the shell and in YAML, in quotes."""
_ARCHIVE = r"\.(?:zip|tgz|tar(?:\.[a-z0-9]+)?)"
SOURCE = Rule(
    'a flake of voidgen, like "github:OWNER/voidgen" or "git+https://HOST/voidgen"',
    rf"(?:github|gitlab|sourcehut):{_PLAIN}+"
    rf"|git\+(?:https?|ssh|file)://{_PLAIN}+"
    rf"|(?:tarball\+)?https?://{_PLAIN}+{_ARCHIVE}(?:\?{_PLAIN}*)?",
    (
        (r"#", "leave out # and what follows: the workflow builds the flake's package voidgen"),
        (r"^[^/@:]+@[^/]*:(?!//)", "write user@host:path as git+ssh://user@host/path"),
        (r"^(?:https?|ssh|file)://", "for a git repository, write git+ before the URL"),
        (
            r"^(?:path:|[./~])",
            "name a repository: a runner cannot read a folder of this machine",
        ),
        (r"", "write the whole address of the repository that you have voidgen from"),
    ),
)
_PINNED = re.compile(
    r"(?:github|gitlab|sourcehut):[^/?]+/[^/?]+/[0-9a-f]{40}(?:\?.*)?"
    r"|.*[?&]rev=(?:[0-9a-f]{40}|[0-9a-f]{64})(?:&.*)?"
    r"|(?!git\+).*[?&]narHash=sha256-[A-Za-z0-9+/%]{43,}=?(?:&.*)?"
)
REMEDY = (
    "check the address; a reference with a commit needs no network: github:OWNER/voidgen/COMMIT"
)


def pinned(reference: str) -> str:
    """Return ``reference`` with the commit, or the hash, that it stands for today.

    Nix fetches it, unless it names a commit or a hash already. Raises WrongInputError if it is of
    another form, StepFailedError if Nix cannot fetch it.
    """
    try:
        SOURCE.check(reference)
    except MisfitError as error:
        raise WrongInputError(Fault(f"--voidgen: {error.what}", remedy=error.remedy)) from None
    if _PINNED.fullmatch(reference):
        return reference
    try:
        return flakes.locked(reference)
    except StepFailedError as error:
        raise StepFailedError(error.what, error.remedy or REMEDY, error.output) from None
