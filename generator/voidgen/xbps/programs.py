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
from voidgen.process import run

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from voidgen.xbps.transactions import Transaction

_LINE = re.compile(r"(\S+) install (\S+) (\S+) \d+ \d+")
"""A line of a dry run: package, what happens to it, architecture, repository, two sizes."""

_BROKEN = "the repository does not fit together just now: try later, or take another mirror"
_OTHER_XBPS = "use the xbps of nixpkgs, or one of the last years"
_REMEDIES = {
    errno.ENOENT: "mend the name in [xbps] packages, or add the repository that has it",
    errno.ENODEV: _BROKEN,
    errno.ENOEXEC: _BROKEN,
    errno.EAGAIN: "take one of the two out of [xbps] packages",
}
"""What to do, by xbps-install's exit status (xbps, bin/xbps-install/transaction.c)."""


@frozen
class Resolved:
    """A package that a transaction installs, and the repository that XBPS chose for it."""

    pkgver: str
    arch: str
    repository: str


def on_path() -> Path:
    """The folder of XBPS's programs; StepFailedError where PATH has none."""
    found = shutil.which("xbps-install")
    if not found:
        what = "xbps-install, which resolves Void's packages, is not here"
        remedy = "install the package xbps, or name a nixpkgs in voidgen.toml: it brings xbps"
        raise StepFailedError(what, remedy)
    return Path(found).parent


def dry_run(
    programs: Path, transaction: Transaction, repositories: Sequence[str]
) -> list[Resolved]:
    """``xbps-install --dry-run``: all that ``transaction`` installs; asks no network.

    Of two repositories, the first one that has a package gives it.
    """
    done = run(
        [
            *_install(programs, transaction.root, repositories),
            "--dry-run",
            *transaction.packages,
        ],
        cwd=transaction.root,
        check=False,
        env=_environment(transaction.arch),
    )
    # The list is whole where only this machine's disk would be too small for it.
    if done.status not in {0, errno.ENOSPC}:
        what = f"XBPS cannot resolve the packages of {transaction.name}"
        output = done.stderr.decode(errors="replace").strip()
        remedy = _REMEDIES.get(done.status, "" if output else _OTHER_XBPS)
        raise StepFailedError(what, remedy, output)
    found = [_resolved(line) for line in done.stdout.decode(errors="replace").splitlines()]
    if not found and transaction.packages:
        # Nothing is installed in the root, so that what is asked for cannot be there already.
        raise StepFailedError("xbps-install --dry-run: names no package", _OTHER_XBPS)
    return found


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
        raise StepFailedError("xbps-install --dry-run: not understood", _OTHER_XBPS, line)
    return Resolved(*match.groups())
