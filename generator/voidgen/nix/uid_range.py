"""What Nix needs to run mklive in its sandbox: builds as root of 65,536 ids.

A derivation gets the ids with ``requiredSystemFeatures = [ "uid-range" ]``. Nix's filter of system
calls refuses setuid bits and extended attributes, which packages have. A library keeps them
(data/nix/setid.c), but not on every processor: on the others, the filter must be off.

The settings that count are those of the process that builds: the daemon's, if there is one. It
reads /etc/nix/nix.conf when it starts. voidgen asks the client, which reads this file too, but also
the user's own files and environment. The answers differ if these set something else, or if the
daemon has not been restarted since the file changed. Only a build shows that (`voidgen doctor`).

Another machine may build it. Then its settings count, which only a build shows.
"""

from __future__ import annotations

import platform
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import field, frozen

from voidgen.errors import StepFailedError, WrongInputError
from voidgen.nix import builders, commands, installed
from voidgen.system.files import read_regular_file
from voidgen.system.process import ask

if TYPE_CHECKING:
    from collections.abc import Callable

OLDEST = (2, 18)
"""The first release with ``unsafeDiscardReferences``; 2.12 has ``uid-range`` (release notes)."""
RENAMED = (2, 20)
"""The release that renamed ``nix show-config`` to ``nix config show`` (its release notes)."""
FEATURE = "uid-range"

_EXPERIMENTAL = ("auto-allocate-uids", "cgroups")
_ALLOCATE = "auto-allocate-uids = true"
NO_FILTER = "filter-syscalls = false"
SETTINGS = (f"extra-experimental-features = {' '.join(_EXPERIMENTAL)}", _ALLOCATE)
"""The lines of nix.conf that differ from Nix's defaults. Some images also need `NO_FILTER`."""
_WITH_LIBRARY = ("aarch64", "x86_64")
"""Processors of the library (`uname -m`)."""


@frozen
class _Switch:
    value: bool


@frozen
class _Words:
    value: tuple[str, ...]


@frozen
class _Mode:
    """`sandbox`: true, false, or "relaxed", which allows derivations to do without."""

    value: bool | str


@frozen
class _Text:
    value: str


@frozen
class Settings:
    """The part of Nix's settings that matters here, as `question` prints it."""

    experimental_features: _Words
    system_features: _Words
    sandbox: _Mode
    filter_syscalls: _Switch
    builders: _Text
    system: _Text
    auto_allocate_uids: _Switch = field(default=_Switch(value=False))

    def missing(self, *, may_filter: bool) -> tuple[str, ...]:
        """Return the lines that nix.conf lacks; ``may_filter`` is from `may_filter`."""
        names = [one for one in _EXPERIMENTAL if one not in self.experimental_features.value]
        lines = {
            f"extra-experimental-features = {' '.join(names)}": bool(names),
            _ALLOCATE: not self.auto_allocate_uids.value,
            f"extra-system-features = {FEATURE}": FEATURE not in self.system_features.value,
            "sandbox = true": self.sandbox.value is False,
            NO_FILTER: self.filter_syscalls.value and not may_filter,
        }
        return tuple(line for line, is_missing in lines.items() if is_missing)

    def builder(self, read: Callable[[str], str]) -> str:
        """Return the URL of the machine that Nix sends such builds to; "" if it is this one.

        Nix prefers a machine in `builders`. ``read`` returns a file's text, "" if there is none.
        """
        here = self.system.value
        found = builders.parse(self.builders.value, read, here)
        return next((one.url for one in found if one.takes(here, FEATURE)), "")


def may_filter(arch: str) -> bool:
    """Return whether Nix's filter may be on, because the library works for an image of ``arch``.

    The library is for this machine's processor, and so must be the image.
    """
    return arch.removesuffix("-musl") == platform.machine() and platform.machine() in _WITH_LIBRARY


def too_old(version: tuple[int, int]) -> str:
    """Return why Nix of this ``version`` cannot do it; "" if it can."""
    if version >= OLDEST:
        return ""
    this, oldest = (".".join(map(str, one)) for one in (version, OLDEST))
    return f"mklive in Nix's sandbox needs Nix {oldest} or later, but this is {this}"


def question(version: tuple[int, int]) -> list[str]:
    """Return the command that prints the settings of Nix of this ``version`` as JSON."""
    words = ["config", "show"] if version >= RENAMED else ["show-config"]
    return ["nix", *words, "--json", "--extra-experimental-features", "nix-command"]


def missing() -> tuple[str, ...]:
    """Return the lines that nix.conf lacks; () if it has all, or if another machine builds.

    Raises StepFailedError if Nix is too old or does not answer.
    """
    version = installed.version()
    why = too_old(version)
    if why:
        raise StepFailedError(why, "run `voidgen doctor`, which says how to get a newer Nix")
    argv = question(version)
    settings = commands.parsed(argv, ask(argv, cwd=Path("/")), Settings)
    if settings.builder(_text):
        return ()
    return settings.missing(may_filter=may_filter(platform.machine()))


def _text(path: str) -> str:
    try:
        return read_regular_file(Path(path)).decode(errors="replace")
    except (OSError, WrongInputError):
        return ""


def can() -> bool:
    """Return whether Nix has all that mklive needs, or another machine has it, by its settings."""
    if platform.system() != "Linux":
        return False
    try:
        return not missing()
    except StepFailedError:
        return False
