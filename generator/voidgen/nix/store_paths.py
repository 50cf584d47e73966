"""Store paths: what the store knows of them, building, checking and adding them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from voidgen.errors import StepFailedError
from voidgen.nix import commands, database, log
from voidgen.nix.caches import NO_CACHES
from voidgen.nix.closure import StorePath
from voidgen.progress import NoProgress
from voidgen.system import sri
from voidgen.system.process import Completed, ask, run

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from voidgen.nix.caches import Caches
    from voidgen.progress import Progress


def invalid(paths: Iterable[str]) -> set[str]:
    """Return those of ``paths`` that the store does not have; asks no substituter."""
    words = ["nix-store", "--check-validity", "--print-invalid", *sorted(paths)]
    return set(commands.run(words).stdout.decode().splitlines())


def path_info(paths: Iterable[str]) -> dict[str, StorePath]:
    """Return valid ``paths`` and all that they need; from Nix's database if it can be read."""
    asked = sorted(paths)
    if not asked:
        return {}  # Without a path, Nix would look for a flake in its working folder.
    known = database.closure(asked)
    if known is not None:
        return known
    found = _path_info("--recursive", *asked)
    return {one.path: StorePath(one.nar_size, one.references) for one in found}


def nar_hashes(path: str) -> dict[str, str]:
    """Return the narHashes, in SRI form, of a valid ``path`` and of all that it needs."""
    known = database.nar_hashes([path])
    if known is None:
        known = {one.path: one.nar_hash for one in _path_info("--recursive", path)}
    return {name: _sri(hash_) for name, hash_ in known.items()}


def _sri(hash_: str) -> str:
    """Return the SRI form of a SHA-256: of SRI itself, or of ``sha256:`` with base 16 or 32."""
    digits = hash_.removeprefix("sha256:")
    if digits == hash_:
        return hash_
    if len(digits) == BASE16:
        return sri.of_hex(digits)
    words = ["nix-hash", "--type", "sha256", "--to-base16", digits]
    return sri.of_hex(commands.run(words).stdout.decode().strip())


BASE16 = 64
"""Digits of a SHA-256 in hex."""


def derivers(paths: Iterable[str]) -> dict[str, str]:
    """Return the derivations that built ``paths``, for those of them that the store knows."""
    asked = {*paths}
    known = database.derivers(asked) if asked else {}
    if known is not None:
        return known
    valid = sorted(asked - invalid(asked))
    entries = _path_info(*valid) if valid else ()
    return {one.path: one.deriver for one in entries if one.deriver}


@frozen
class _PathInfo:
    """What Nix knows of a valid store path."""

    nar_hash: str = field(metadata={"key": "narHash"})
    nar_size: int = field(metadata={"key": "narSize"})
    references: tuple[str, ...]
    path: str = ""
    deriver: str | None = None


def _path_info(*words: str) -> tuple[_PathInfo, ...]:
    """Return what ``nix path-info --json`` prints for ``words``: options and paths."""
    words = ("path-info", "--json", *words)
    try:
        return _listed(words)
    except StepFailedError as error:
        if "--json-format" not in error.output:
            raise
        # Nix from 2.33 on warns if no format is named, and will refuse that.
        return _listed([*words, "--json-format", "1"])


def _listed(words: Sequence[str]) -> tuple[_PathInfo, ...]:
    argv, done = ["nix", *words], commands.run_nix(words)
    if not done.stdout.lstrip().startswith(b"{"):
        return commands.parsed(argv, done, tuple[_PathInfo, ...])
    # Nix from 2.19 on prints an object by path.
    found = commands.parsed(argv, done, dict[str, _PathInfo])
    return tuple(evolve(one, path=path) for path, one in found.items())


def verify(paths: Iterable[str]) -> Completed:
    """Check the bytes of ``paths`` and all that they need, but no signatures."""
    words = ["nix", "store", "verify", "--recursive", "--no-trust", *commands.FLAKES]
    return run([*words, *paths], cwd=Path("/"), check=False)


def check(paths: Iterable[Path], remedy: str) -> None:
    """Raise StepFailedError with ``remedy`` if one of ``paths``, or what it needs, is damaged."""
    done = verify(map(str, paths))
    if done.status:
        output = done.stderr.decode(errors="replace").strip()
        raise StepFailedError("the Nix store has damaged paths", remedy, output)


def build_log(derivation: str) -> bytes:
    """Return the log of the derivation's build; b"" if Nix has none, as for a fetched path."""
    return ask(["nix-store", "--read-log", derivation], cwd=Path("/"), check=False).stdout


def keep(paths: Sequence[Path], link: Path) -> None:
    """Make GC roots of ``paths``: the links ``link``, ``link-2`` and so on (nix-store(1))."""
    words = ["nix-store", "--realise", "--indirect", "--add-root", str(link), *map(str, paths)]
    commands.run(words)


def build(outputs: Sequence[str], progress: Progress, caches: Caches = NO_CACHES) -> None:
    """Build or fetch ``outputs`` of derivations, as `Derivation.wanted` names them.

    If a build fails, StepFailedError names its derivation, with the end of its log.
    """
    argv = ["nix-store", "--realise", *log.OPTIONS, *outputs, *caches.options()]
    with log.watched(progress) as on_stderr:
        commands.run(argv, on_stderr)


def realise(
    derivations: Sequence[str], progress: Progress, *words: str, caches: Caches = NO_CACHES
) -> Completed:
    """Build or fetch ``derivations``; also returns if that fails. ``words`` are options of Nix.

    Its stderr has errors and warnings, with the end of the log of the derivation that failed.
    """
    argv = ["nix-store", "--realise", *words, *log.OPTIONS, *derivations, *caches.options()]
    with log.watched(progress) as on_stderr:
        return run(argv, cwd=Path("/"), check=False, on_stderr=on_stderr)


_FIXED = """
{ files }: map (file: (derivation {
  inherit (file) name;
  builder = "none";
  system = "none";
  outputHash = file.hash;
  outputHashAlgo = "sha256";
  outputHashMode = "flat";
}).outPath) (builtins.fromJSON files)
"""


AT_ONCE = 300
"""Number of files in one argument of a program, which may have 128 KiB (execve(2))."""


def fixed_files(files: Iterable[tuple[str, str]]) -> list[Path]:
    """Return the store paths of files, by name and SHA-256 in SRI form (Nix manual, "Store Path").

    The store need not have them.
    """
    each, found = [{"name": name, "hash": hash_} for name, hash_ in files], list[Path]()
    for start in range(0, len(each), AT_ONCE):
        wanted = json.dumps(each[start : start + AT_ONCE])
        words = ["nix-instantiate", "--eval", "--strict", "--json", "--argstr", "files", wanted]
        done = commands.run([*words, "--expr", _FIXED])
        found += map(Path, commands.parsed(words[:2], done, tuple[str, ...]))
    return found


def substitute(paths: Iterable[Path], caches: Caches) -> None:
    """Fetch those of ``paths`` that ``caches`` or Nix's own substituters have."""
    realise([str(path) for path in paths], NoProgress(), "--keep-going", caches=caches)
