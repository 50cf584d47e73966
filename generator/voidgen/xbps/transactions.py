"""Which packages mklive installs: voidgen runs mklive with a recorder instead of xbps-install.

mklive.sh takes the program from XBPS_INSTALL_CMD. The recorder ends it before it changes a root.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.config.mklive_options import host_arch, of_root, options
from voidgen.errors import StepFailedError
from voidgen.system.process import run

if TYPE_CHECKING:
    from voidgen.xbps.types import Request

RECORDER = "voidgen-record-xbps"


@frozen
class Transaction:
    """The packages of one of mklive's roots.

    ``name`` is that of the root, like ``void-host``. ``root`` is a copy of what mklive had put
    there: keys, repository data and settings of XBPS.
    """

    name: str
    arch: str
    root: Path
    packages: tuple[str, ...]


def follow(
    mklive: Path, request: Request, snapshot: Path, programs: Path, work: Path
) -> list[Transaction]:
    """Run the mklive in the folder ``mklive``, and return its transactions, sorted by name.

    ``snapshot`` has for each architecture what belongs in ``/var/db/xbps``; ``programs`` is the
    folder of XBPS's programs; ``work`` is made. Raises StepFailedError if mklive ends before its
    last transaction.
    """
    record, build, tools = (work / name for name in ("record", "build", "bin"))
    for folder in (work, record, build, tools):
        folder.mkdir()
    recorder = tools / RECORDER
    recorder.write_bytes(Path(__file__).with_name("record.sh").read_bytes())
    recorder.chmod(0o755)
    asked = [
        *options(request.arch, request.packages, request.repositories),
        *of_root(request.kernel, request.base, request.ignore, request.platforms),
    ]
    done = run(
        [*_sandbox(), "bash", "./mklive.sh", *asked, "-o", str(build / "none.iso")],
        cwd=mklive,
        check=False,
        # The whole environment: mklive reads more variables than its usage names.
        env={
            "HOME": str(build),
            "PATH": f"{tools}:{programs}:{os.environ.get('PATH', os.defpath)}",
            "ROOTDIR": str(build),
            "VOIDGEN_RECORD": str(record),
            "VOIDGEN_SNAPSHOT": str(snapshot),
            "XBPS_ARCH": host_arch(request.arch),
            "XBPS_INSTALL_CMD": RECORDER,
        },
    )
    if not (record / "complete").exists():
        output = (done.stdout + done.stderr).decode(errors="replace").strip()
        what = "mklive ended before it had asked for all packages"
        remedy = "check that [mklive] source in voidgen.toml names void-mklive"
        raise StepFailedError(what, remedy, output)
    return [_recorded(place) for place in sorted(record.iterdir()) if place.is_dir()]


def _sandbox() -> list[str]:
    """Return a command prefix that gives no network and private mounts.

    If mklive fails, it unmounts /dev and /proc.
    """
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    private = ["--mount", "--propagation", "private", "--net", "--pid", "--fork", "--kill-child"]
    return ["unshare", *user, *private, "--"]


def _recorded(place: Path) -> Transaction:
    packages = tuple((place / "packages").read_text().splitlines())
    return Transaction(place.name, (place / "arch").read_text().strip(), place / "root", packages)
