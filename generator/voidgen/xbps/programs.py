"""Running XBPS's programs: resolving, verifying, indexing."""

from __future__ import annotations

import errno
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import StepFailedError
from voidgen.system.process import run

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from voidgen.xbps.transactions import Transaction

_LINE = re.compile(r"(\S+) install (\S+) (\S+) \d+ \d+")
"""A line of a dry run: package, action, architecture, repository, two sizes."""

_ABSENT = re.compile(r"Package '([^']+)' not found in repository pool")
"""The message about the first package that no repository has; xbps-install then ends."""

OTHER_XBPS = "set [nix] nixpkgs in voidgen.toml, which brings xbps, or install a newer xbps"


@frozen
class Resolved:
    """A package that a transaction installs, and the repository that XBPS chose for it."""

    pkgver: str
    arch: str
    repository: str


@frozen
class DryRun:
    """The result of a dry run of xbps-install: all that it would install.

    ``absent`` are wanted packages that no repository has. If it cannot resolve something else,
    ``said`` are its lines about it, ``status`` is its exit status
    (xbps, bin/xbps-install/transaction.c), and ``found`` is empty.
    """

    found: tuple[Resolved, ...] = ()
    absent: tuple[str, ...] = ()
    status: int = 0
    said: tuple[str, ...] = ()


def on_path() -> Path:
    """Return the folder of XBPS's programs; StepFailedError if they are not on PATH."""
    found = shutil.which("xbps-install")
    if not found:
        what = "xbps-install, which resolves Void's packages, is not on PATH"
        remedy = "install the package xbps, or set [nix] nixpkgs in voidgen.toml, which brings xbps"
        raise StepFailedError(what, remedy)
    return Path(found).parent


def dry_run(programs: Path, transaction: Transaction, repositories: Sequence[str]) -> DryRun:
    """Run ``xbps-install --dry-run`` for ``transaction``, without a network.

    A package comes from the first of ``repositories`` that has it. xbps-install ends at the first
    package that it does not find; this runs it again without that one, so the result has all of
    them. Raises StepFailedError if it prints something else than XBPS does.
    """
    asked, absent = list(transaction.packages), list[str]()
    while True:
        done = run(
            [*_install(programs, transaction.root, repositories), "--dry-run", *asked],
            cwd=transaction.root,
            check=False,
            env=_environment(transaction.arch),
        )
        said = done.stderr.decode(errors="replace")
        match = _ABSENT.search(said)
        if done.status != errno.ENOENT or not match or match[1] not in asked:
            break
        absent.append(match[1])
        asked = [name for name in asked if name != match[1]]
        if not asked:
            return DryRun(absent=tuple(absent))
    # With ENOSPC the list is complete: only this machine's disk would be too small for it.
    if done.status not in {0, errno.ENOSPC}:
        lines = tuple(line for line in said.splitlines() if line.strip())
        return DryRun(absent=tuple(absent), status=done.status, said=lines)
    found = tuple(_resolved(line) for line in done.stdout.decode(errors="replace").splitlines())
    if not found and asked:
        # Nothing is installed in the root yet, so that each wanted package has to be listed.
        raise StepFailedError("xbps-install --dry-run: listed no package", OTHER_XBPS)
    return DryRun(found, tuple(absent))


def verify(
    programs: Path, transaction: Transaction, repositories: Sequence[str], files: Path
) -> None:
    """Check the signature of each file of ``transaction`` (``xbps-install --download-only``).

    ``files`` has all of them with their ``.sig2``, so that nothing is downloaded. XBPS checks only
    the signature for a remote repository, and only the hash for a folder. Raises StepFailedError
    with XBPS's output if a file is not signed by a key of the root.
    """
    done = run(
        [
            *_install(programs, transaction.root, repositories),
            *("--cachedir", str(files), "--download-only", "--yes"),
            *transaction.packages,
        ],
        cwd=transaction.root,
        check=False,
        env=_environment(transaction.arch),
    )
    if done.status:
        output = (done.stdout + done.stderr).decode(errors="replace").strip()
        what = f"XBPS refuses packages of {transaction.name}"
        remedy = (
            "do not use this mirror; if you trust the key, add it to [xbps] keys in voidgen.toml"
        )
        raise StepFailedError(what, remedy, output)


def index(programs: Path, arch: str, files: Iterable[Path], folder: Path) -> None:
    """Make ``folder`` a repository for ``arch`` that has ``files`` (``xbps-rindex --add``).

    xbps-rindex leaves out what it cannot read, and succeeds nevertheless.
    """
    names = [str(file) for file in files]
    argv = [str(programs / "xbps-rindex"), "--add", *names]
    run(argv, cwd=folder, env=_environment(arch))


def _install(programs: Path, root: Path, repositories: Sequence[str]) -> list[str]:
    asked = [f"--repository={where}" for where in repositories]
    return [str(programs / "xbps-install"), "--rootdir", str(root), *asked]


def _environment(arch: str) -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "XBPS_ARCH": arch}


def _resolved(line: str) -> Resolved:
    match = _LINE.fullmatch(line)
    if not match:
        raise StepFailedError(
            "xbps-install --dry-run: printed a line that voidgen cannot read", OTHER_XBPS, line
        )
    return Resolved(*match.groups())
