"""Run the workflows of `voidgen init --ci`, with stand-ins for voidgen's flake, `gh`, runners."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from tests.integration.offline import SYSTEM
from tests.support.program import write

IDENTITY = ("-c", "user.name=x", "-c", "user.email=x@x.invalid")
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")
REVISION = "0123456789" * 4
PINNED = f"git+https://example.org/voidgen?rev={REVISION}"

FLAKE = """{
  outputs = _: {
    packages.%s.voidgen = derivation {
      name = "voidgen";
      system = "%s";
      builder = "${./.}/busybox";
      args = [ "sh" "-c" "$set/busybox mkdir -p $out/bin; $set/busybox cp $set/voidgen $out/bin" ];
      set = ./.;
    };
  };
}
"""
# The package set of the offline example is no input: its `update` chooses another one.
VOIDGEN = """#!/bin/sh
set -e
"%s" -m voidgen "$@"
if [ "$1" = update ]; then
    sed -i s/2026.10/2026.04/ voidgen.toml
fi
"""
# It records its arguments, and what it is given as a body. It finds what files say is there.
GH = """#!/bin/sh
printf '%s\\n' "$*" >> "$KEPT/asked"
for word; do
    case $word in body=@*) cp "${word#body=@}" "$KEPT/body" ;; esac
done
case $* in
*--paginate*) cat "$KEPT/comments" 2> /dev/null || : ;;
*"--method GET"*) cat "$KEPT/open" 2> /dev/null || : ;;
esac
"""


def load(text: str) -> dict[str, Any]:
    data: dict[str, Any] = YAML(typ="safe").load(text)
    return data


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", *IDENTITY, *words], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit(folder: Path, message: str) -> str:
    """Commit everything, and return the commit."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", message)
    return git(folder, "rev-parse", "HEAD")


def voidgen_flake(folder: Path) -> str:
    """Make a repository in ``folder`` whose flake has this voidgen; return its reference."""
    busybox = os.environ.get("VOIDGEN_BUSYBOX") or shutil.which("busybox")
    assert busybox
    write(folder, {"flake.nix": FLAKE % (SYSTEM, SYSTEM), "voidgen": VOIDGEN % sys.executable})
    (folder / "voidgen").chmod(0o755)
    shutil.copy(busybox, folder / "busybox")
    git(folder, "init", "--quiet")
    commit(folder, "voidgen")
    return f"git+file://{folder}"


def checkout(project: Path, folder: Path) -> Path:
    """Clone the project's last commit, as a runner does."""
    git(folder.parent, "clone", "--quiet", "--depth", "1", f"file://{project}", str(folder))
    return folder


class Runner:
    """Runs the steps of a job for GitHub; files in ``kept`` are what the stand-ins found."""

    def __init__(self, kept: Path, folder: Path, env: Mapping[str, str]) -> None:
        write(kept, {"bin/gh": GH, "path": ""})
        (kept / "bin/gh").chmod(0o755)
        self.kept, self.folder = kept, folder
        self._env = {
            **env,
            "GITHUB_ACTIONS": "true",
            "GITHUB_PATH": str(kept / "path"),
            "GITHUB_STEP_SUMMARY": str(kept / "summary"),
            "GITHUB_WORKSPACE": str(folder),
            "KEPT": str(kept),
            "RUNNER_TEMP": str(kept),
        }

    def run(self, step: Mapping[str, Any], values: Mapping[str, str], env: dict[str, str]) -> str:
        """Run a step, with the ``values`` of GitHub's expressions; return what it printed."""
        own = {}
        for name, value in {**env, **step.get("env", {})}.items():
            for expression, meant in values.items():
                value = value.replace(f"${{{{ {expression} }}}}", meant)  # noqa: PLW2901
            assert "${{" not in value
            own[name] = value
        added = (self.kept / "path").read_text().split()
        path = ":".join((*added, str(self.kept / "bin"), os.environ["PATH"]))
        done = subprocess.run(
            [*BASH, step["run"]],
            cwd=self.folder,
            env={**self._env, **own, "PATH": path},
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, (step, done.stdout, done.stderr)
        return done.stdout

    def asked(self) -> list[str]:
        """Return the lines of arguments that ``gh`` got."""
        return (self.kept / "asked").read_text().splitlines()

    def body(self) -> str:
        """Return the last body that ``gh`` got."""
        return (self.kept / "body").read_text()
