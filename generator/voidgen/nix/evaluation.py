"""Evaluating Nix code: attributes of a flake, and functions in files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from voidgen.errors import StepFailedError
from voidgen.nix import commands, flake_ref
from voidgen.nix.caches import NO_CACHES
from voidgen.system import environment
from voidgen.system.process import run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    may_build: bool = True,
    offline: bool = False,
) -> T:
    """Return the value of a flake's ``attribute``, as a ``kind`` (`typed_json`): ``nix eval``.

    With ``apply``, a function in Nix, the value is its result. ``inputs`` are references to use
    instead of the locked ones. Never changes the lock. Without ``may_build``, Nix refuses code that
    reads what has to be built first (import from derivation). If ``offline``, it has to do with
    what it has already fetched.
    """
    words = ["--json", "--no-update-lock-file", commands.WITH_FRAMES]
    words += [] if may_build else ["--option", "allow-import-from-derivation", "false"]
    words += ["--offline"] if offline else []
    words += ["--apply", apply] if apply else []
    for name, reference in (inputs or {}).items():
        words += ["--override-input", name, reference]
    words = ["eval", *words, f"{flake_ref.reference(flake)}#{attribute}"]
    return commands.json_of(words, kind, caches)


def applied(flake: Flake, attribute: str, function: str, kind: type[T]) -> tuple[T, str]:
    """Return the result of a ``function`` in Nix of a flake's ``attribute``, and what it traces.

    The result is a ``kind``, as in `evaluate`.
    """
    words = ["eval", "--json", "--no-update-lock-file", commands.WITH_FRAMES, "--apply", function]
    words.append(f"{flake_ref.reference(flake)}#{attribute}")
    done = commands.run_nix(words)
    return commands.parsed(["nix", *words], done, kind), done.stderr.decode(errors="replace")


def instantiate(
    expression: Path,
    arguments: Mapping[str, str],
    kind: type[T],
    readable: Sequence[Path] | None = None,
) -> tuple[T, str]:
    """Return the result of a function in a file, as a ``kind``, and what it traces.

    It may read only the files and folders ``readable``; any file if that is None. nixpkgs gets
    only the configuration in the expression.
    """
    words = [word for name, value in arguments.items() for word in ("--argstr", name, value)]
    argv = ["nix-instantiate", "--eval", "--strict", "--json", "--read-write-mode"]
    argv += [commands.WITH_FRAMES, *words]
    if readable is not None:
        argv += ["--option", "restrict-eval", "true", "--option", "allowed-uris", "https://"]
        argv += [word for place in readable for word in ("-I", str(place))]
    # The user's settings for nixpkgs, such as NIXPKGS_ALLOW_UNFREE, must not change an image.
    given = environment.of(argv[0])
    env = {name: value for name, value in given.items() if not name.startswith("NIXPKGS_")}
    try:
        done = run([*argv, str(expression)], cwd=Path("/"), env=env)
    except StepFailedError as error:
        raise commands.readable(error) from None
    return commands.parsed(argv, done, kind), done.stderr.decode(errors="replace")
