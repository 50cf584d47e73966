"""Nix's sandbox as the place where mklive runs (``[container] engine = "nix"``)."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import StepFailedError
from voidgen.nix import evaluation, flakes, installed, store_paths, uid_range
from voidgen.plan.job_format import HOME, OUT
from voidgen.system.process import stream

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from voidgen.config.types import Container
    from voidgen.container.engine import Task
    from voidgen.iso.log import Log
    from voidgen.nix.caches import Caches
    from voidgen.progress import Progress
    from voidgen.project import Project

DERIVATION = Path(__file__).with_name("sandbox.nix")
RESULT = "iso"
"""The link to what Nix built, a GC root until the results are copied."""
ANEW = "VOIDGEN_ISO_ANEW"
"""Environment variable: if set, Nix builds the results although its store has them."""
GRACE_PERIOD = 60.0
"""Seconds that Nix gets to end its builder and to remove its folders."""


@frozen
class NixSandbox:
    """Runs tasks as builds of Nix, in its sandbox."""

    caches: Caches
    name: str = "nix-build"
    storage: None = None
    """Nix's `build-dir`, on a machine that Nix chooses."""
    owner: str = "0:0"
    """The builder's root; Nix gives the results to the store's owner."""

    @staticmethod
    def can_run(wanted: Container) -> bool:
        """Return whether Nix has the settings, and the programs come from the package set."""
        return wanted.image == "flake" and uid_range.can()

    def remove_leftovers(self, project: Path, report: Callable[[str], None]) -> None:
        """Do nothing: Nix removes the folders of builds by itself."""

    def tools(self, project: Project, roots: Path, progress: Progress) -> str:
        """Return the store path of the programs."""
        if project.plan.config.container.image != "flake":
            what = 'engine = "nix" takes no image: mklive runs with programs of the package set'
            remedy = 'set [container] image = "flake", or engine = "podman"'
            raise StepFailedError(what, remedy)
        folder, system = str(project.folder), installed.system()
        with progress.step("building the tools"):
            names = evaluation.evaluate(
                folder,
                f"packages.{system}",
                tuple[str, ...],
                apply="builtins.attrNames",
                caches=self.caches,
            )
            if "iso-tools" not in names:
                what = "the package set has no xbps or no buildEnv, so Nix cannot run mklive"
                remedy = "name another one in [nix] nixpkgs, or use podman or docker"
                raise StepFailedError(what, remedy)
            link = roots / "iso-tools"
            return str(flakes.build(folder, "iso-tools", progress, link, self.caches))

    def command(self, task: Task) -> list[str]:
        """Return the command that builds the results of ``task``."""
        arguments = {
            "environment": [f"{name}={value}" for name, value in task.variables.items()],
            "home": store_paths.add(Path(task.reads[HOME])),
            "inputs": task.store,
            "salt": secrets.token_hex() if os.environ.get(ANEW) else "",
            "system": installed.system(),
            "tools": task.image,
        }
        # An argument of a program may have 128 KiB (execve(2)).
        file = _work(task) / "sandbox.json"
        file.write_text(json.dumps(arguments))
        return [
            *("nix-build", str(DERIVATION), "--argstr", "arguments", str(file)),
            *("--out-link", str(_work(task) / RESULT), *self.caches.options()),
        ]

    def run(self, task: Task, command: Sequence[str], on_output: Callable[[bytes], None]) -> int:
        """Build it. After an interrupt, Nix gets `GRACE_PERIOD` seconds to remove its folders."""
        return stream(command, cwd=task.project, on_output=on_output, grace_period=GRACE_PERIOD)

    def collect(self, task: Task, log: Log) -> None:
        """Copy the results, and remove their GC root: the store need not keep a second ISO."""
        result = _work(task) / RESULT
        if not log.has_success():
            # The store had the results already.
            log.append(store_paths.build_log(result))
        _copy(result.resolve(), Path(task.writes[OUT]))
        result.unlink()


def _work(task: Task) -> Path:
    return Path(task.writes[OUT]).parent


def _copy(folder: Path, place: Path) -> None:
    """Copy the files below ``folder``, without the store's modes."""
    for top, _, names in os.walk(folder):
        below = place / Path(top).relative_to(folder)
        below.mkdir(exist_ok=True)
        for name in names:
            shutil.copyfile(Path(top, name), below / name)
