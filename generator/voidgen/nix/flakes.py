"""Locking, building and archiving a flake."""

from __future__ import annotations

import os
from collections.abc import Mapping  # noqa: TC003 - cattrs reads it
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import StepFailedError
from voidgen.nix import commands, flake_ref, installed, log
from voidgen.nix.caches import NO_CACHES
from voidgen.nix.flake_attributes import Attributes, url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voidgen.nix.caches import Caches
    from voidgen.nix.flake_ref import Flake
    from voidgen.progress import Progress


def lock(flake: Flake, caches: Caches = NO_CACHES) -> None:
    """Lock the inputs that are not locked yet (``nix flake lock``)."""
    commands.run_nix(["flake", "lock", flake_ref.reference(flake)], caches)


def locked(reference: str) -> str:
    """Return the locked form of a flake reference, as `flake_attributes.url` writes it."""
    words = ["flake", "metadata", "--json", "--no-write-lock-file", reference]
    return url(commands.json_of(words, _Metadata).locked)


@frozen
class _Metadata:
    """The JSON that ``nix flake metadata`` prints."""

    locked: Attributes


def update(flake: Flake, inputs: Sequence[str], caches: Caches = NO_CACHES) -> None:
    """Lock ``inputs`` to what their references mean today."""
    if installed.version() >= (2, 19):
        words = ["flake", "update", *inputs, "--flake"]
    else:
        words = ["flake", "lock", *(word for name in inputs for word in ("--update-input", name))]
    commands.run_nix([*words, flake_ref.reference(flake)], caches)


def build(  # noqa: PLR0913 - each is an option of `nix build`
    flake: Flake,
    output: str,
    progress: Progress,
    link: Path | None = None,
    caches: Caches = NO_CACHES,
    *,
    offline: bool = False,
) -> Path:
    """Build ``output``, and return its store path (``nix build``); never changes the lock.

    ``link`` becomes a link to it, and a GC root. If ``offline``, Nix fetches nothing. If a build
    fails, StepFailedError names its derivation, with the end of its log.
    """
    words = ["build", "--json", "--no-update-lock-file", commands.WITH_FRAMES, *log.OPTIONS]
    words += ["--out-link", str(link)] if link else ["--no-link"]
    words += ["--offline"] if offline else []
    with log.watched(progress) as on_stderr:
        words.append(f"{flake_ref.reference(flake)}#{output}")
        (built,) = commands.json_of(words, tuple[_Built, ...], caches, on_stderr)
    path = built.outputs.out
    if not os.path.lexists(path):
        what = f"{path}: Nix has built it, but in a store elsewhere"
        raise StepFailedError(what, "run `voidgen doctor`, which says how to set up /nix")
    return Path(path)


@frozen
class _Outputs:
    out: str


@frozen
class _Built:
    """The JSON that ``nix build`` prints for a derivation."""

    outputs: _Outputs


def archive(flake: Flake, caches: Caches = NO_CACHES) -> list[str]:
    """Return the store paths of a flake's and its inputs' sources (``nix flake archive``)."""
    words = ["flake", "archive", "--json", flake_ref.reference(flake)]
    waiting, found = [commands.json_of(words, _Archived, caches)], set()
    while waiting:
        one = waiting.pop()
        found.add(one.path)
        waiting += one.inputs.values()
    return sorted(found)


@frozen
class _Archived:
    """The sources of a flake, and those of its inputs."""

    path: str
    inputs: Mapping[str, _Archived] = MappingProxyType({})
