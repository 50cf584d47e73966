"""podman with its own storage for the tests, and an image in which mklive's stand-in runs."""

import contextlib
import fcntl
import hashlib
import io
import os
import shlex
import shutil
import subprocess
import tarfile
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen
from tests.integration.offline import ROOT

from voidgen.container.engine import ARGUMENTS

BASE = ROOT / ".venv" / "container" / "base.tar"
"""What scripts/container-image makes."""

STORAGE = """[storage]
driver = "{driver}"
graphroot = "{folder}/graph"
rootless_storage_path = "{folder}/graph"
runroot = "{folder}/run"
"""
DRIVERS = {
    "overlay": '[storage.options.overlay]\nskip_mount_home = "true"\n',
    # Slower, but works on every file system.
    "vfs": "",
}
WAYS: Sequence[Sequence[str]] = (
    (),
    # Machines that are containers themselves may lack the privileges for more.
    ("--runtime=runc", "--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024"),
)
PROGRAMS = {f"usr/bin/{name}": ROOT / "tests" / "stand_in_iso" / "xbps.sh"
            for name in ("xbps-install", "xbps-query", "xbps-rindex", "xbps-uhelper")}  # fmt: skip
NAME = "localhost/voidgen-tests"


class NoContainersError(Exception):
    """Containers do not run on this machine, for the given reason."""


@frozen
class Podman:
    """A working podman: its environment, and the arguments that ``run`` needs."""

    env: dict[str, str]
    image: str
    """The image's name and digest."""

    def run(self, *words: str) -> str:
        """Run a command that must succeed, and return its output."""
        done = subprocess.run(
            ["podman", *words], env={**os.environ, **self.env},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def arguments(self) -> list[str]:
        return shlex.split(self.env[ARGUMENTS])

    def left(self, project: Path) -> list[str]:
        """Return a project's containers, running or not."""
        return self.run("ps", "-aq", "--filter", f"label=voidgen.project={project}").split()


def find(folder: Path, files: dict[str, Path]) -> Podman:
    """Return podman with storage in ``folder`` and an image of the base and ``files``.

    Raises NoContainersError if containers do not run on this machine.
    """
    if not shutil.which("podman"):
        raise NoContainersError("needs podman (Debian package podman)")
    if not BASE.exists():
        raise NoContainersError(f"needs {BASE}: `make {BASE.relative_to(ROOT)}`")
    said = []
    for driver, options in DRIVERS.items():
        place = folder / driver
        place.mkdir(parents=True, exist_ok=True)
        storage = place / "storage.conf"
        storage.write_text(STORAGE.format(driver=driver, folder=place) + options)
        try:
            return _started({"CONTAINERS_STORAGE_CONF": str(storage)}, place, files)
        except AssertionError as error:
            said.append(str(error).partition("\n")[0])
    raise NoContainersError("podman runs no container here: " + "; ".join(said))


def _started(env: dict[str, str], folder: Path, files: dict[str, Path]) -> Podman:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        image = _image(Podman({**env, ARGUMENTS: ""}, ""), folder, files)
    given = shlex.split(os.environ.get(ARGUMENTS, ""))
    *ways, last = [given, *WAYS] if given else WAYS
    for way in ways:
        with contextlib.suppress(AssertionError):
            return _runs(env, way, image)
    return _runs(env, last, image)


def _runs(env: dict[str, str], way: Sequence[str], image: str) -> Podman:
    found = Podman({**env, ARGUMENTS: shlex.join(way)}, image)
    found.run("run", "--rm", "--network=none", *way, image, "true")
    return found


def _image(podman: Podman, folder: Path, files: dict[str, Path]) -> str:
    whole = hashlib.sha256(BASE.read_bytes())
    for name, file in sorted(files.items()):
        whole.update(name.encode() + b"\0" + file.read_bytes())
    reference = f"{NAME}:{whole.hexdigest()[:16]}"
    known = podman.run("images", "--format", "{{.Repository}}:{{.Tag}}").split()
    if reference not in known:
        archive = folder / "image.tar"
        shutil.copyfile(BASE, archive)
        with tarfile.open(archive, "a") as tar:
            for name, file in files.items():
                info = tarfile.TarInfo(f"./{name}")
                info.mode, data = 0o755, file.read_bytes()
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        podman.run("import", "--quiet", str(archive), reference)
        archive.unlink()
    digest = podman.run("image", "inspect", "--format", "{{.Digest}}", reference).strip()
    return f"{NAME}@{digest}"
