"""A machine beside this one: a Nix store of its own at the same place, by bwrap(1)."""

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
    """Another one: its store lies at the same place, and has nothing at first."""

    def __init__(self, nix: Nix, folder: Path) -> None:
        self.root = Path(nix.env["NIX_STORE_DIR"]).parent
        self.files = folder / "nix"
        (self.files / "home").mkdir(parents=True)
        self.env = nix.env

    def argv(self, *words: str | Path, other: Sequence[str | Path] = ()) -> list[str]:
        """A command line that runs ``words`` there; ``other`` are more options of bwrap(1)."""
        mounts = (*MOUNTS, "--bind", self.files, self.root, *other)
        return ["bwrap", *map(str, mounts), "--", *map(str, words)]

    def run(
        self, *words: str | Path, other: Sequence[str | Path] = (), **env: str
    ) -> subprocess.CompletedProcess[str]:
        """Run ``words`` there, with ``env`` beside its environment."""
        argv, whole = self.argv(*words, other=other), {**self.env, **env}
        return subprocess.run(argv, env=whole, check=False, capture_output=True, text=True)

    def build(self, project: Path) -> subprocess.CompletedProcess[str]:
        """Build the image with no builder: what is not substituted fails."""
        config = f"{self.env['NIX_CONFIG']}\nmax-jobs = 0\n"
        return self.run(sys.executable, "-c", PROGRAM, project, NIX_CONFIG=config)

    def hashes(self, path: str) -> dict[str, str]:
        """The narHash of each path that ``path`` needs."""
        words = ("nix", "path-info", "--json", "--recursive", path)
        return hashes(self.run(*words).stdout)


def hashes(said: str) -> dict[str, str]:
    found = json.loads(said)
    entries = found if isinstance(found, list) else [{"path": k, **v} for k, v in found.items()]
    return {one["path"]: one["narHash"] for one in entries}
