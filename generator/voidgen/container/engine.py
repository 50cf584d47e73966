"""Container engines: the few commands that podman and docker have in common."""

from __future__ import annotations

import logging
import os
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import field, frozen

from voidgen.errors import StepFailedError
from voidgen.schema import typed_json
from voidgen.system.process import ask, run
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from voidgen.config.types import Container

_log = logging.getLogger(__name__)

ENGINES = ("podman", "docker")
ARGUMENTS = "VOIDGEN_ENGINE_ARGUMENTS"
"""Environment variable with more arguments of ``run``, split as a shell splits words."""

BUILD = "VOIDGEN_BUILD_STORAGE"
"""Environment variable with one of `BUILDS`."""
BUILDS = {
    # A volume that is removed with the container.
    "volume": ("--volume=/build",),
    "container": (),
    # mklive runs programs there, needs setuid bits, and dracut makes device nodes.
    "tmpfs": ("--tmpfs=/build:rw,exec,suid,dev",),
}
"""Where the container's /build is, and the arguments for it: a volume of the engine, the
container's own file system, or memory."""

LABEL = "voidgen.project"
IMAGE_ID = ("image", "inspect", "--format", "{{.Id}}")

USERS = 1 << 16
"""User ids that a rootless engine needs: as many as a system has."""

CAPABILITIES = (
    "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "SETFCAP", "SETGID", "SETPCAP", "SETUID",
    "SYS_ADMIN", "SYS_CHROOT",
)  # fmt: skip
"""What mklive needs (docs/reference/container.md): packages have files of many owners and modes,
and their scripts run in a chroot that has /dev, /proc and /sys."""


@frozen
class Task:
    """What a container runs: ``words`` in ``image``.

    ``reads`` and ``writes`` are folders of this machine, by their path in the container.
    """

    name: str
    project: Path
    image: str
    reads: Mapping[str, str]
    writes: Mapping[str, str]
    variables: Mapping[str, str]
    words: Sequence[str]


@frozen
class Engine:
    """A container engine: whether its root is this machine's, and where it keeps containers.

    ``build`` is one of `BUILDS`.
    """

    program: str
    rootful: bool
    storage: Path
    arguments: tuple[str, ...] = ()
    build: str = "volume"

    def load(self, archive: Path) -> str:
        """Load the image in ``archive``, and return its id."""
        said = self._output("load", "--quiet", "--input", str(archive))
        # "Loaded image: NAME" or "Loaded image ID: sha256:…"; old engines print several lines.
        return said.strip().rpartition("\n")[2].partition(": ")[2].strip()

    def find_image(self, image: str) -> str:
        """Return the id of ``image``, or "" if the engine does not have it."""
        argv = [self.program, *IMAGE_ID, image]
        done = ask(argv, cwd=Path("/"), check=False)
        return "" if done.status else done.stdout.decode(errors="replace").strip()

    def pull(self, image: str) -> None:
        """Fetch ``image``, which is named by its digest; what the engine says is logged."""
        done = run([self.program, "pull", image], cwd=Path("/"))
        for line in (done.stderr + done.stdout).decode(errors="replace").splitlines():
            _log.info("  | %s", line)

    def image_id(self, image: str) -> str:
        """Return the hash of an image's configuration, which names all of its content."""
        return self._output(*IMAGE_ID, image).strip()

    def leftovers(self, project: Path) -> list[str]:
        """Return the ids of containers that an earlier run for ``project`` left behind."""
        named = f"label={LABEL}={project}"
        return self._output("ps", "--all", "--quiet", "--filter", named).split()

    def remove(self, container: str) -> None:
        """Stop a container and remove it with its volumes; do nothing if it is gone."""
        argv = [self.program, "rm", "--force", "--volumes", container]
        run(argv, cwd=Path("/"), check=False)

    def command(self, task: Task) -> list[str]:
        """Return the command that runs ``task``, without network and with few privileges."""
        for folder in (*task.reads.values(), *task.writes.values()):
            if ":" in folder:
                what = f"{folder}: container engines cannot mount a folder with a colon in its name"
                raise StepFailedError(what, "rename it")
        volumes = [f"--volume={folder}:{where}:ro" for where, folder in task.reads.items()]
        volumes += [f"--volume={folder}:{where}" for where, folder in task.writes.items()]
        return [
            self.program, "run", "--rm", "--name", task.name,
            "--label", f"{LABEL}={task.project}",
            "--network=none", "--pull=never", "--cap-drop=all",
            *(f"--cap-add={one}" for one in CAPABILITIES),
            # The default profiles forbid mounting, whatever the capabilities.
            "--security-opt=apparmor=unconfined", "--security-opt=label=disable",
            *BUILDS[self.build],
            *volumes, *(f"--env={key}={value}" for key, value in task.variables.items()),
            *self.arguments, task.image, *task.words,
        ]  # fmt: skip

    def _output(self, *words: str) -> str:
        done = run([self.program, *words], cwd=Path("/"))
        return done.stdout.decode(errors="replace")

    def owner(self) -> str:
        """Return the caller as ``UID:GID``, in the container's numbers."""
        # In a rootless engine, root is the caller.
        return "{}:{}".format(*caller()) if self.rootful else "0:0"


def caller() -> tuple[int, int]:
    """Return user and group id of the person who runs voidgen, also if with sudo(8)."""
    uid, gid = os.getuid(), os.getgid()
    if uid == 0:
        return int(os.environ.get("SUDO_UID", uid)), int(os.environ.get("SUDO_GID", gid))
    return uid, gid


def give(path: Path) -> None:
    """Give ``path`` and all in it to the caller, who may have run voidgen with sudo(8)."""
    uid, gid = caller()
    if uid == os.getuid() or not os.path.lexists(path):
        return
    os.chown(path, uid, gid, follow_symlinks=False)
    for place, folders, names in os.walk(path):
        for name in (*folders, *names):
            os.chown(Path(place, name), uid, gid, follow_symlinks=False)


def installed(container: Container) -> str:
    """Return the first engine on PATH that ``container`` allows, or ""."""
    return next((one for one in _allowed(container) if shutil.which(one)), "")


def _allowed(container: Container) -> list[str]:
    return [one for one in ENGINES if container.engine in {"auto", one}]


def find(container: Container, timeout: float | None = None) -> Engine:
    """Return the engine that ``container`` names, or for ``auto`` the first that is installed.

    Raises StepFailedError if there is none, if it does not answer, or if a variable is wrong;
    TimeoutError if its answer takes more than ``timeout`` seconds.
    """
    program = installed(container)
    if container.engine == "nix":
        what = 'this needs a container engine, but [container] engine is "nix"'
        raise StepFailedError(what, 'install podman or docker, and set engine = "auto"')
    if not program:
        what = f"no container engine: {' and '.join(_allowed(container))} not found on PATH"
        remedy = "install podman or docker; `voidgen doctor` says how Nix can replace them in `iso`"
        raise StepFailedError(what, remedy)
    try:
        extra = shlex.split(os.environ.get(ARGUMENTS, ""))
    except ValueError as error:
        raise StepFailedError(
            f"{ARGUMENTS}: {error}", f"quote the value of {ARGUMENTS} as for a shell"
        ) from None
    build = os.environ.get(BUILD) or "volume"
    if build not in BUILDS:
        what = f"{BUILD}: unknown value {build!r}"
        raise StepFailedError(what, f"set it to one of {', '.join(BUILDS)}")
    return Engine(program, *_info(program, timeout), (*container.arguments, *extra), build)


@frozen
class _Ids:
    size: int


@frozen
class _IdMappings:
    uidmap: tuple[_Ids, ...] | None = None


@frozen
class _Security:
    rootless: bool


@frozen
class _Host:
    security: _Security
    id_mappings: _IdMappings | None = field(default=None, metadata={"key": "idMappings"})


@frozen
class _Store:
    root: str = field(metadata={"key": "graphRoot"})


@frozen
class _Podman:
    """What `podman info` says."""

    host: _Host
    store: _Store


@frozen
class _Docker:
    """What `docker info` says."""

    root: str = field(metadata={"key": "DockerRootDir"})
    options: tuple[str, ...] | None = field(default=None, metadata={"key": "SecurityOptions"})


def _check_ids(host: _Host) -> None:
    """Raise StepFailedError if a rootless podman has too few user ids for files of packages."""
    mappings = (host.id_mappings.uidmap if host.id_mappings else None) or ()
    if host.security.rootless and 0 < sum(one.size for one in mappings) < USERS:
        what = "podman has too few user ids for this user: files of packages have many owners"
        remedy = (
            "add some: `sudo usermod --add-subuids 100000-165535 --add-subgids "
            '100000-165535 "$USER" && podman system migrate`, or run voidgen with sudo'
        )
        raise StepFailedError(what, remedy)


def _info(program: str, timeout: float | None) -> tuple[bool, Path]:
    argv = [program, "info", "--format", "{{json .}}"]
    if timeout is None:
        done = ask(argv, cwd=Path("/"), check=False)
    else:
        done = run(argv, cwd=Path("/"), check=False, timeout=timeout)
    output = (done.stdout + done.stderr).decode(errors="replace").strip()
    if done.status:
        what = f"{program}: does not answer"
        remedy = (
            f"run `{program} info`, and fix what it reports: "
            "is its service running, and may you use it?"
        )
        raise StepFailedError(what, remedy, output)
    try:
        if program == "podman":
            podman = typed_json.read(done.stdout, _Podman)
            _check_ids(podman.host)
            return not podman.host.security.rootless, Path(podman.store.root)
        docker = typed_json.read(done.stdout, _Docker)
        return "name=rootless" not in (docker.options or ()), Path(docker.root)
    except GarbledError:
        remedy = f"use a newer {program}, whose `info` prints JSON"
        what = f"{program} info: printed JSON that voidgen cannot read"
        raise StepFailedError(what, remedy, output) from None
