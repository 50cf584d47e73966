"""Nix, by its verbs: each takes and gives typed values, whichever Nix from 2.8 on is there.

Nix repeats its own HTTP requests after most faults of the network (``download-attempts`` in
nix.conf(5)); git, which it starts for git inputs, does not: that is done here.
"""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from voidgen.errors import StepFailedError
from voidgen.nix import database, flake_path, log, refusal
from voidgen.nix.closure import StorePath, store_paths
from voidgen.nix.flake_ref import url
from voidgen.progress import Nobody
from voidgen.system import environment, sri, untrusted
from voidgen.system.process import Completed, ask, patiently, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from voidgen.errors import Fault
    from voidgen.progress import Progress

    Heard = Callable[[bytes], bytes]

_log = logging.getLogger(__name__)

Flake = Path | str
"""A folder that is a flake by itself, or a reference as a person would write it."""

FLAKES = (
    *("--extra-experimental-features", "nix-command flakes"),
    # A name of the flake registry is no pin, and nothing is asked of it: no such file, no names.
    *("--option", "flake-registry", "/var/empty/registry.json"),
    # A flake must not change the settings that Nix reads it with, whatever nix.conf says.
    *("--option", "accept-flake-config", "false"),
)
_FAULTS = re.compile(
    rb"Transferred a partial file|ssh: connect to host"
    rb"|fatal: .*(?:early EOF|unexpected disconnect|unable to connect to"
    rb"|Could not resolve host|Failed to connect|[Tt]imed out|Connection (?:refused|reset)"
    rb"|Empty reply|transfer closed|returned error: 5\d\d|the remote end hung up)"
)
"""Where it may help to try again: what curl says of an answer that broke off, where the server
takes no ranges, and git (its http.c, remote-curl.c, connect.c), with ssh."""


@frozen
class Caches:
    """Stores that Nix asks beside its own, and the keys that sign what they have (nix.conf(5)).

    A daemon heeds them only for its trusted users.
    """

    stores: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    def options(self) -> list[str]:
        """Return the words of a command line that name them to Nix; none without a store."""
        named = {"extra-substituters": self.stores, "extra-trusted-public-keys": self.keys}
        return [
            word
            for name, values in named.items()
            if self.stores
            for word in ("--option", name, " ".join(values))
        ]


NO_CACHES = Caches()
"""For what only reads a project: a stranger's must not say whom this machine trusts."""


class NotFoundError(StepFailedError):
    """The server has no such file (HTTP 404)."""


class OtherBytesError(StepFailedError):
    """What was fetched does not have the hash that was expected."""


_FILE_FAULTS = {"HTTP error 404": NotFoundError, "hash mismatch": OtherBytesError}
"""What Nix says of a file that it could not have, and what that means."""


@frozen
class Prefetched:
    """What was fetched into the Nix store: its hash in SRI form, and where it is.

    ``url`` is the locked flake reference, where Nix tells one.
    """

    hash: str
    path: Path
    url: str = ""


def version() -> tuple[int, int]:
    """Nix's version as (major, minor): the last number that ``nix --version`` names."""
    said = ask(["nix", "--version"], cwd=Path("/")).stdout.decode(errors="replace")
    found = re.findall(r"(\d+)\.(\d+)", said)
    if not found:
        remedy = "is the nix on PATH the package manager?"
        raise StepFailedError("nix --version: names no version", remedy, said)
    major, minor = found[-1]
    return int(major), int(minor)


def misplaced(folder: Path) -> Fault | None:
    """Return what is wrong with ``folder`` as the place of a project; None if Nix takes it.

    Nix is asked for its version only if the path is not plain.
    """
    if flake_path.is_plain(folder):
        return None
    try:
        return flake_path.fault(folder, version())
    except StepFailedError:
        return flake_path.fault(folder, None)


def system() -> str:
    """Return this machine's system as Nix names it (``system`` in nix.conf(5))."""
    words = ["nix-instantiate", "--eval", "--json", "--expr", "builtins.currentSystem"]
    return str(_parsed(words, _run(words)))


def flake_lock(flake: Flake, caches: Caches = NO_CACHES) -> None:
    """``nix flake lock``: pin the inputs that have no pin yet."""
    _nix(["flake", "lock", _url(flake)], caches)


def flake_update(flake: Flake, inputs: Sequence[str], caches: Caches = NO_CACHES) -> None:
    """Move the pins of ``inputs`` to what their references mean today."""
    if version() >= (2, 19):
        _nix(["flake", "update", *inputs, "--flake", _url(flake)], caches)
    else:
        moved = [word for name in inputs for word in ("--update-input", name)]
        _nix(["flake", "lock", *moved, _url(flake)], caches)


def evaluate(
    flake: Flake,
    attribute: str,
    *,
    apply: str = "",
    inputs: Mapping[str, str] | None = None,
    caches: Caches = NO_CACHES,
) -> Any:
    """``nix eval --json``, of ``apply``'s result where it is given; never changes the lock.

    ``inputs`` are references to take in the place of what the lock says.
    """
    words = ["--json", "--no-update-lock-file", _WITH_FRAMES]
    words += ["--apply", apply] if apply else []
    for name, reference in (inputs or {}).items():
        words += ["--override-input", name, reference]
    return _json(["eval", *words, f"{_url(flake)}#{attribute}"], caches)


def build(
    flake: Flake,
    output: str,
    progress: Progress,
    link: Path | None = None,
    caches: Caches = NO_CACHES,
) -> Path:
    """``nix build``: the store path of the first output; the flake's lock is never changed.

    ``link`` leads to it then, and is a GC root. If a build fails, StepFailedError names its
    derivation, with the end of its log.
    """
    words = ["build", "--json", "--no-update-lock-file", _WITH_FRAMES, *log.OPTIONS]
    words += ["--out-link", str(link)] if link else ["--no-link"]
    with log.watched(progress) as heard:
        built = _json([*words, f"{_url(flake)}#{output}"], caches, heard)
    return Path(built[0]["outputs"]["out"])


def flake_prefetch(reference: str) -> Prefetched:
    """``nix flake prefetch``: any flake reference, of a flake or not; narHash of the tree."""
    found = _json(["flake", "prefetch", "--json", reference])
    locked = found.get("locked")  # told from 2.19 on
    return Prefetched(found["hash"], Path(found["storePath"]), url(locked) if locked else "")


def fetch_tree(locked: Mapping[str, Any]) -> Path:
    """``builtins.fetchTree``: the tree of a lock's entry, with the narHash that it is locked to."""
    words = ["nix-instantiate", "--eval", "--json", "--argstr", "locked", json.dumps(locked)]
    expression = "{ locked }: (builtins.fetchTree (builtins.fromJSON locked)).outPath"
    done = _run([*words, "--expr", expression, *FLAKES])
    return Path(str(_parsed(words, done)))


@frozen
class Fetched:
    """What Nix fetches: the commit (or ""), the narHash, and the time (or 0) that it gives."""

    rev: str
    hash: str
    modified: int


_FETCHED = """
{ reference }: let tree = builtins.fetchTree (builtins.fromJSON reference); in {
  hash = tree.narHash;
  rev = tree.rev or "";
  modified = tree.lastModified or 0;
}
"""


def fetched(reference: str) -> Fetched:
    """What ``builtins.fetchTree`` gives for a reference (its attributes as JSON, without a hash).

    Without a hash, Nix fetches it and takes nothing else of this hash from the store. Its own cache
    of what it fetched counts. Raises StepFailedError if it cannot be fetched.
    """
    words = ["nix-instantiate", "--eval", "--strict", "--json", "--argstr", "reference", reference]
    done = _run([*words, "--expr", _FETCHED, *FLAKES])
    found = _parsed(words[:2], done)
    return Fetched(found["rev"], found["hash"], found["modified"])


def prefetch_file(where: str, *, name: str = "", expected: str = "") -> Prefetched:
    """``nix store prefetch-file``: the bytes that a URL gives, as a store path called ``name``.

    With the ``expected`` hash, nothing is fetched where the store has them, and other bytes are
    a StepFailedError.
    """
    words = ["store", "prefetch-file", "--json", where]
    words += ["--name", name] if name else []
    words += ["--expected-hash", expected] if expected else []
    try:
        found = _json(words)
    except StepFailedError as error:
        for sign, kind in _FILE_FAULTS.items():
            if sign in error.output:
                raise kind(error.what, error.remedy, error.output) from None
        raise
    return Prefetched(found["hash"], Path(found["storePath"]))


def prefetch_tarball(where: str) -> Prefetched:
    """``nix-prefetch-url --unpack``: the tree that an archive holds, and its narHash."""
    words = ["nix-prefetch-url", "--unpack", "--type", "sha256", "--print-path", where]
    digest, path = _run(words).stdout.decode().split()
    words = ["nix-hash", "--type", "sha256", "--to-base16", digest]
    return Prefetched(sri.of_hex(_run(words).stdout.decode().strip()), Path(path))


def instantiate(expression: Path, arguments: Mapping[str, str]) -> tuple[Any, str]:
    """``nix-instantiate --eval`` of a function in a file: its value, and what it traced.

    It may read any file; nixpkgs' configuration is none but the expression's own.
    """
    words = [word for name, value in arguments.items() for word in ("--argstr", name, value)]
    argv = ["nix-instantiate", "--eval", "--strict", "--json", "--read-write-mode", _WITH_FRAMES]
    argv += words
    # The user's own answers to nixpkgs do not hold for an image.
    given = environment.of(argv[0])
    env = {name: value for name, value in given.items() if not name.startswith("NIXPKGS_")}
    try:
        done = run([*argv, str(expression)], cwd=Path("/"), env=env)
    except StepFailedError as error:
        raise _cut(error) from None
    return _parsed(argv, done), done.stderr.decode(errors="replace")


def invalid(paths: Iterable[str]) -> set[str]:
    """Those of ``paths`` that the store does not have. No substituter is asked."""
    words = ["nix-store", "--check-validity", "--print-invalid", *sorted(paths)]
    return set(_run(words).stdout.decode().splitlines())


def path_info(paths: Iterable[str]) -> dict[str, StorePath]:
    """Valid ``paths``, and all that they need: from Nix's database, or ``nix path-info``."""
    asked = sorted(paths)
    if not asked:
        return {}  # Nix would look for a flake in the folder that it runs in.
    known = database.closure(asked)
    if known is not None:
        return known
    return store_paths(_path_info("--recursive", *asked))


def nar_hashes(path: str) -> dict[str, str]:
    """The narHashes, in SRI form, of a valid ``path`` and of all that it needs."""
    known = database.nar_hashes([path])
    if known is None:
        known = {entry["path"]: entry["narHash"] for entry in _path_info("--recursive", path)}
    return {name: _sri(hash_) for name, hash_ in known.items()}


def _sri(hash_: str) -> str:
    """A SHA-256 as any release and the database write it: SRI, or ``sha256:`` and digits."""
    digits = hash_.removeprefix("sha256:")
    if digits == hash_:
        return hash_
    if len(digits) == BASE16:
        return sri.of_hex(digits)
    words = ["nix-hash", "--type", "sha256", "--to-base16", digits]
    return sri.of_hex(_run(words).stdout.decode().strip())


BASE16 = 64
"""Digits of a SHA-256 in hex."""


def realise(
    derivations: Sequence[str], progress: Progress, *words: str, caches: Caches = NO_CACHES
) -> Completed:
    """``nix-store --realise``, whatever comes of it; ``words`` are more of its options.

    Its messages are errors and warnings, with the end of the log of what failed.
    """
    argv = ["nix-store", "--realise", *words, *log.OPTIONS, *derivations, *caches.options()]
    with log.watched(progress) as heard:
        return run(argv, cwd=Path("/"), check=False, heard=heard)


def add_files(files: Sequence[Path]) -> list[str]:
    """``nix-store --add-fixed``: files of which the SHA-256 is known, as store paths."""
    return _run(["nix-store", "--add-fixed", "sha256", *map(str, files)]).stdout.decode().split()


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


def cached_files(names: Mapping[str, str], caches: Caches) -> dict[str, Path]:
    """Files by their hashes (SRI), from the store and ``caches``, as far as they have them.

    ``names`` are those of the files. Nothing is looked for without a cache.
    """
    if not names or not caches.stores:
        return {}
    files = json.dumps([{"hash": hash_, "name": name} for hash_, name in names.items()])
    words = ["nix-instantiate", "--eval", "--strict", "--json", "--argstr", "files", files]
    paths: list[str] = _parsed(words, _run([*words, "--expr", _FIXED]))
    realise(paths, Nobody(), "--keep-going", caches=caches)
    missing = invalid(paths)
    return {
        hash_: Path(path) for hash_, path in zip(names, paths, strict=True) if path not in missing
    }


def flake_archive(flake: Flake, caches: Caches = NO_CACHES) -> list[str]:
    """``nix flake archive``: the sources of a flake and of its inputs, as store paths."""
    waiting, found = [_json(["flake", "archive", "--json", _url(flake)], caches)], []
    while waiting:
        one = waiting.pop()
        found.append(one["path"])
        waiting += one.get("inputs", {}).values()
    return sorted({*found})


def public_key(secret: bytes) -> str:
    """``nix key convert-secret-to-public``. StepFailedError where ``secret`` is no key."""
    words = ["nix", "key", "convert-secret-to-public", *FLAKES]
    return run(words, cwd=Path("/"), stdin=secret).stdout.decode().strip()


def sign(paths: Sequence[str], key: Path) -> None:
    """``nix store sign`` of ``paths`` and all that they need, by the secret key in a file."""
    _nix(["store", "sign", "--recursive", "--key-file", str(key), *paths])


def copy(paths: Sequence[str], store: str) -> None:
    """``nix copy`` of ``paths`` and all that they need to another ``store``."""
    _nix(["copy", "--to", store, *paths])


def verify(path: str) -> Completed:
    """``nix store verify`` of a path and all that it needs: their bytes, and no signatures."""
    argv = ["nix", "store", "verify", "--recursive", "--no-trust", path, *FLAKES]
    return run(argv, cwd=Path("/"), check=False)


def derivers(paths: Iterable[str]) -> dict[str, str]:
    """The derivations that gave ``paths``, for those of them where the store knows it."""
    asked = {*paths}
    known = database.derivers(asked) if asked else {}
    if known is not None:
        return known
    valid = sorted(asked - invalid(asked))
    entries = _path_info(*valid) if valid else ()
    return {entry["path"]: entry["deriver"] for entry in entries if entry.get("deriver")}


def _path_info(*words: str) -> Iterable[Mapping[str, Any]]:
    """``nix path-info --json``: an object for each path."""
    words = ("path-info", "--json", *words)
    try:
        found = _json(words)
    except StepFailedError as error:
        if "--json-format" not in error.output:
            raise
        # From 2.33 on a warning, and some day an error, where no format is named.
        found = _json([*words, "--json-format", "1"])
    if isinstance(found, list):
        return found
    # An object by path from 2.19 on.
    return ({**entry, "path": path} for path, entry in found.items())


def _url(flake: Flake) -> str:
    if isinstance(flake, Path):
        return f"path:{flake}"
    if flake.startswith("/") and Path(flake).is_dir() and (fault := misplaced(Path(flake))):
        raise StepFailedError(f"{flake}: {fault.what}", fault.remedy)
    return flake


def _nix(words: Sequence[str], caches: Caches = NO_CACHES, heard: Heard | None = None) -> Completed:
    return _run(["nix", *words, *FLAKES, *caches.options()], heard)


def _json(words: Sequence[str], caches: Caches = NO_CACHES, heard: Heard | None = None) -> Any:
    return _parsed(["nix", *words], _nix(words, caches, heard))


def _parsed(argv: Sequence[str], done: Completed) -> Any:
    """What a program printed; StepFailedError where that is no JSON."""
    try:
        return untrusted.parse_json(done.stdout)
    except ValueError:
        what = f"{' '.join(argv[:3])}: did not answer with JSON"
        remedy = "is it Nix 2.8 or later? `voidgen doctor` looks at it"
        raise StepFailedError(what, remedy, done.stdout.decode(errors="replace")) from None


def _run(argv: Sequence[str], heard: Heard | None = None) -> Completed:
    try:
        return patiently(argv, cwd=Path("/"), transient=_FAULTS, heard=heard)
    except StepFailedError as error:
        raise _cut(error) from None


_WITH_FRAMES = "--show-trace"
"""`refusal.shown` finds in the frames who asked for a package, which older Nix shows only so."""


def _cut(error: StepFailedError) -> StepFailedError:
    """``error`` with what a person needs to read of its output; the whole of it is logged."""
    output = refusal.shown(error.output)
    if output != error.output:
        for line in error.output.splitlines():
            _log.info("  | %s", line)
    return StepFailedError(error.what, refusal.remedy(error.output) or error.remedy, output)
