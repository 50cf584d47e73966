"""What Nix code evaluates to: a flake's attributes, and functions in files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from voidgen.errors import StepFailedError
from voidgen.nix import commands, flake_ref
from voidgen.nix.caches import NO_CACHES
from voidgen.system import environment
from voidgen.system.process import run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voidgen.nix.caches import Caches
    from voidgen.nix.flake_ref import Flake
T = TypeVar("T")


def evaluate(  # noqa: PLR0913 - each is an option of `nix eval`
    flake: Flake,
    attribute: str,
    kind: type[T],
    *,
    apply: str = "",
    inputs: Mapping[str, str] | None = None,
    caches: Caches = NO_CACHES,
) -> T:
    """``nix eval --json``, of ``apply``'s result where it is given; never changes the lock.

    The value is a ``kind``, as `typed_json` has it.

    ``inputs`` are references to take in the place of what the lock says.
    """
    words = ["--json", "--no-update-lock-file", commands.WITH_FRAMES]
    words += ["--apply", apply] if apply else []
    for name, reference in (inputs or {}).items():
        words += ["--override-input", name, reference]
    words = ["eval", *words, f"{flake_ref.reference(flake)}#{attribute}"]
    return commands.json_of(words, kind, caches)


def instantiate(expression: Path, arguments: Mapping[str, str], kind: type[T]) -> tuple[T, str]:
    """``nix-instantiate --eval`` of a function in a file: its value, a ``kind``, and its traces.

    It may read any file; nixpkgs' configuration is none but the expression's own.
    """
    words = [word for name, value in arguments.items() for word in ("--argstr", name, value)]
    argv = ["nix-instantiate", "--eval", "--strict", "--json", "--read-write-mode"]
    argv += [commands.WITH_FRAMES, *words]
    # The user's own answers to nixpkgs do not hold for an image.
    given = environment.of(argv[0])
    env = {name: value for name, value in given.items() if not name.startswith("NIXPKGS_")}
    try:
        done = run([*argv, str(expression)], cwd=Path("/"), env=env)
    except StepFailedError as error:
        raise commands.readable(error) from None
    return commands.parsed(argv, done, kind), done.stderr.decode(errors="replace")
