"""A second machine, made with bwrap(1): its own Nix store at the same path."""

import json
import subprocess
import sys
from collections.abc import Sequence
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


def hashes(said: str) -> dict[str, str]:
    found = json.loads(said)
    entries = found if isinstance(found, list) else [{"path": k, **v} for k, v in found.items()]
    return {one["path"]: one["narHash"] for one in entries}
