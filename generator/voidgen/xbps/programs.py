"""XBPS's own programs, by what they are for: resolving, verifying, indexing."""

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
"""A line of a dry run: package, what happens to it, architecture, repository, two sizes."""

_ABSENT = re.compile(r"Package '([^']+)' not found in repository pool")
"""What it says of the first package that no repository has; then it ends."""

OTHER_XBPS = "use the xbps of nixpkgs, or one of the last years"


@frozen
class Resolved:
    """A package that a transaction installs, and the repository that XBPS chose for it."""

    pkgver: str
    arch: str
    repository: str


@frozen
class DryRun:
    """What a dry run of xbps-install answers: all that it would install.

    ``absent`` are packages that it is asked for and no repository has. ``said`` are its lines about
    what else it cannot resolve, ``status`` is its exit status then (xbps,
    bin/xbps-install/transaction.c); nothing is ``found`` in that case.
    """

    found: tuple[Resolved, ...] = ()
    absent: tuple[str, ...] = ()
    status: int = 0
    said: tuple[str, ...] = ()


def on_path() -> Path:
    """The folder of XBPS's programs; StepFailedError where PATH has none."""
    found = shutil.which("xbps-install")
    if not found:
        what = "xbps-install, which resolves Void's packages, is not here"
        remedy = "install the package xbps, or name a nixpkgs in voidgen.toml: it brings xbps"
        raise StepFailedError(what, remedy)
    return Path(found).parent


def dry_run(programs: Path, transaction: Transaction, repositories: Sequence[str]) -> DryRun:
    """Run ``xbps-install --dry-run`` for ``transaction``, without a network.

    Of two repositories, the first one that has a package gives it. xbps-install ends at the first
    package that it does not find, so this asks again without that one: all are in the result.
    Raises StepFailedError if the answer is not XBPS's.
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
    # The list is whole where only this machine's disk would be too small for it.
    if done.status not in {0, errno.ENOSPC}:
        lines = tuple(line for line in said.splitlines() if line.strip())
        return DryRun(absent=tuple(absent), status=done.status, said=lines)
    found = tuple(_resolved(line) for line in done.stdout.decode(errors="replace").splitlines())
    if not found and asked:
        # Nothing is installed in the root, so that what is asked for cannot be there already.
        raise StepFailedError("xbps-install --dry-run: names no package", OTHER_XBPS)
    return DryRun(found, tuple(absent))


def verify(
    programs: Path, transaction: Transaction, repositories: Sequence[str], files: Path
) -> None:
    """``xbps-install --download-only``: check the signature of each file of ``transaction``.

    ``files`` holds them all with their ``.sig2``, so that nothing is downloaded. Of a remote
    repository the signature alone is checked, of a folder the hash alone. Raises
    StepFailedError with XBPS's words where one is not signed by a key of the root.
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
        remedy = "do not use this mirror; a key that you trust goes into [xbps] keys"
        raise StepFailedError(what, remedy, output)


def index(programs: Path, arch: str, files: Iterable[Path], folder: Path) -> None:
    """``xbps-rindex --add``: make ``folder`` a repository for ``arch`` that has ``files``.

    What it cannot read it leaves out, and succeeds all the same.
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
        raise StepFailedError("xbps-install --dry-run: not understood", OTHER_XBPS, line)
    return Resolved(*match.groups())
