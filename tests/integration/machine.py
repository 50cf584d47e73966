"""A second machine, made with bwrap(1): its own Nix store at the same path."""

import json
import os
import pwd
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.integration.offline import Nix

MOUNTS = ("--die-with-parent", "--dev-bind", "/", "/")

PROGRAM = """
import sys
from pathlib import Path
from voidgen import project
from voidgen.nix import flakes
from voidgen.errors import StepFailedError
from voidgen.progress import NoProgress
caches = project.load(Path(sys.argv[1])).caches
try:
    print(flakes.build(sys.argv[1], "default", NoProgress(), caches=caches))
except StepFailedError as error:
    sys.exit(error.output)
"""


class Machine:
    """A second machine, whose store has the same path and is empty at first."""

    def __init__(self, nix: Nix, folder: Path) -> None:
        self.root = Path(nix.env["NIX_STORE_DIR"]).parent
        self.files = folder / "nix"
        (self.files / "home").mkdir(parents=True)
        self.env = nix.env

    def argv(self, *words: str | Path, other: Sequence[str | Path] = ()) -> list[str]:
        """Return a command that runs ``words`` there; ``other`` are more options of bwrap(1)."""
        mounts = (*MOUNTS, "--bind", self.files, self.root, *other)
        return ["bwrap", *map(str, mounts), "--", *map(str, words)]

    def run(
        self, *words: str | Path, other: Sequence[str | Path] = (), **env: str
    ) -> subprocess.CompletedProcess[str]:
        """Run ``words`` there, with ``env`` added to its environment."""
        argv, whole = self.argv(*words, other=other), {**self.env, **env}
        return subprocess.run(argv, env=whole, check=False, capture_output=True, text=True)

    def build(self, project: Path) -> subprocess.CompletedProcess[str]:
        """Build the image without builders, so that it fails unless everything is substituted."""
        config = f"{self.env['NIX_CONFIG']}\nmax-jobs = 0\n"
        return self.run(sys.executable, "-c", PROGRAM, project, NIX_CONFIG=config)

    def hashes(self, path: str) -> dict[str, str]:
        """Return the narHash of each path that ``path`` needs."""
        words = ("nix", "path-info", "--json", "--recursive", path)
        return hashes(self.run(*words).stdout)


@contextmanager
def ssh(machine: Machine, env: Mapping[str, str], folder: Path) -> Iterator[tuple[str, str]]:
    """Run an SSH server on the machine; yield its store's URL and ssh's options.

    There, the user's home folder is ``home`` in ``folder``.
    """
    folder.mkdir()
    home = folder / "home"
    (home / ".ssh").mkdir(parents=True)
    for one in (home, home / ".ssh"):
        one.chmod(0o700)
    for name, words in (("client", ()), ("host", ("-m", "PEM"))):
        argv = ["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", *words, "-f", folder / name]
        subprocess.run(argv, check=True)
    (home / ".ssh/authorized_keys").write_text((folder / "client.pub").read_text())
    argv = ["dropbearconvert", "openssh", "dropbear", folder / "host", folder / "host.key"]
    subprocess.run(argv, check=True, capture_output=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    user = pwd.getpwuid(os.getuid())
    server = ["dropbear", "-F", "-E", "-e", "-s", "-r", str(folder / "host.key")]
    server += ["-p", f"127.0.0.1:{port}", "-P", str(folder / "pid")]
    argv = machine.argv(*server, other=("--bind", home, user.pw_dir))
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(argv, env=env, stderr=log, stdin=subprocess.DEVNULL) as running,
    ):
        try:
            while "Not backgrounding" not in (folder / "log").read_text():
                assert running.poll() is None, (folder / "log").read_text()
                time.sleep(0.05)
            options = f"-p {port} -i {folder}/client -F /dev/null -o IdentitiesOnly=yes "
            options += f"-o StrictHostKeyChecking=no -o UserKnownHostsFile={folder}/known"
            yield f"ssh-ng://{user.pw_name}@127.0.0.1", options
        finally:
            running.terminate()


def hashes(said: str) -> dict[str, str]:
    found = json.loads(said)
    entries = found if isinstance(found, list) else [{"path": k, **v} for k, v in found.items()]
    return {one["path"]: one["narHash"] for one in entries}
