"""A flake with two inputs, which are git repositories on this machine."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen
from tests.integration.offline import SYSTEM

from voidgen.lock import flake_lock

FLAKE = """{
  inputs.a = { url = "git+file://%s"; flake = false; };
  inputs.b = { url = "git+file://%s"; flake = false; };
  outputs = { self, a, b }: {
    words = { a = builtins.readFile "${a}/words"; b = builtins.readFile "${b}/words"; };
    packages.%s.echo = derivation {
      name = "echo";
      system = "%s";
      builder = "${self}/busybox";
      args = [ "sh" "-c" "echo built of $words > $out" ];
      words = builtins.readFile "${a}/words";
    };
  };
}
"""


@frozen
class Repository:
    """A git repository whose commits are all made here."""

    folder: Path

    def commit(self, files: Mapping[str, str]) -> str:
        """Write files, commit them, and return the revision."""
        if not (self.folder / ".git").exists():
            subprocess.run(["git", "init", "--quiet", "-b", "main", self.folder], check=True)
        for name, text in files.items():
            file = self.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            file.chmod(0o755 if text.startswith("#!") else 0o644)
        self.git("add", "--all")
        who = ("-c", "user.name=t", "-c", "user.email=t@localhost")
        self.git(*who, "commit", "--quiet", "--message", "x")
        return self.git("rev-parse", "HEAD").strip()

    def git(self, *words: str) -> str:
        return subprocess.check_output(["git", *words], cwd=self.folder, text=True)

    @property
    def url(self) -> str:
        return f"git+file://{self.folder}"


@frozen
class FlakeProject:
    """A flake with two inputs."""

    folder: Path
    a: Repository
    b: Repository
    revs: dict[str, str] = field(factory=dict)

    @property
    def lock(self) -> Path:
        return self.folder / flake_lock.FILE

    def locked(self, name: str) -> dict[str, Any]:
        found = flake_lock.locked(self.folder, name)
        assert found
        return dict(found)

    def rev(self, name: str) -> str:
        return str(self.locked(name)["rev"])

    def forget(self, name: str) -> None:
        """Remove an input from the lock file."""
        lock = json.loads(self.lock.read_bytes())
        del lock["nodes"][lock["nodes"]["root"]["inputs"].pop(name)]
        self.lock.write_text(json.dumps(lock))


def make(folder: Path) -> FlakeProject:
    """Make the flake and the repositories of its inputs below ``folder``; nothing is locked."""
    a, b = (Repository(folder / name) for name in "ab")
    for one in (a, b):
        one.folder.mkdir()
    flake = folder / "flake"
    flake.mkdir()
    (flake / "flake.nix").write_text(FLAKE % (a.folder, b.folder, SYSTEM, SYSTEM))
    busybox = os.environ.get("VOIDGEN_BUSYBOX") or shutil.which("busybox")
    assert busybox, "the tests need a static busybox (Debian: apt install busybox-static)"
    shutil.copy(busybox, flake / "busybox")
    first = {name: one.commit({"words": f"first of {name}"}) for name, one in (("a", a), ("b", b))}
    return FlakeProject(flake, a, b, first)


def flipped(text: str, at: int) -> str:
    """Return ``text`` with another digit at ``at``."""
    other = "0" if text[at] != "0" else "1"
    return text[:at] + other + text[at + 1 :]
