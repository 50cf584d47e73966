"""What runs mklive: a container engine, or Nix in its sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

from voidgen.container import engine, image
from voidgen.iso.nix_sandbox import NixSandbox
from voidgen.system.process import stream

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from voidgen.container.engine import Engine, Task
    from voidgen.iso.log import Log
    from voidgen.progress import Progress
    from voidgen.project import Project


class Runner(Protocol):
    """Runs tasks, each in a root folder of its own."""

    @property
    def name(self) -> str:
        """The program whose failure an error reports."""

    @property
    def storage(self) -> Path | None:
        """The folder in which the task builds; None if it is in memory, or not known."""

    @property
    def owner(self) -> str:
        """Who will own the results, as ``UID:GID`` in the task's numbers."""

    def remove_leftovers(self, project: Path, report: Callable[[str], None]) -> None:
        """Remove what a killed run for ``project`` left."""

    def tools(self, project: Project, roots: Path, progress: Progress) -> str:
        """Build or fetch the task's programs; return what `Task.image` names."""

    def command(self, task: Task) -> list[str]:
        """Return the command that runs ``task``."""

    def run(self, task: Task, command: Sequence[str], on_output: Callable[[bytes], None]) -> int:
        """Run the ``command`` of ``task``, return its exit status, and leave nothing behind."""

    def collect(self, task: Task, log: Log) -> None:
        """Bring the results of a successful run to `Task.writes`, and its log to ``log``."""


@frozen
class InContainer:
    """Runs tasks in containers of ``engine``."""

    engine: Engine

    @property
    def name(self) -> str:
        """The engine's command."""
        return f"{self.engine.program} run"

    @property
    def storage(self) -> Path | None:
        """The engine's storage, unless the build is in memory."""
        return self.engine.storage if self.engine.build != "tmpfs" else None

    @property
    def owner(self) -> str:
        """The caller, in the container's numbers."""
        return self.engine.owner()

    def remove_leftovers(self, project: Path, report: Callable[[str], None]) -> None:
        """Remove containers that a killed run left."""
        for left in self.engine.leftovers(project):
            report(f"removing container {left}, which an earlier run left")
            self.engine.remove(left)

    def tools(self, project: Project, roots: Path, progress: Progress) -> str:
        """Return the id of the image."""
        return image.find(project, self.engine, roots, progress)

    def command(self, task: Task) -> list[str]:
        """Return the command that runs ``task``."""
        return self.engine.command(task)

    def run(self, task: Task, command: Sequence[str], on_output: Callable[[bytes], None]) -> int:
        """Run it; always remove the container."""
        try:
            status = stream(command, cwd=task.project, on_output=on_output)
        except BaseException:
            self.engine.remove(task.name)
            raise
        if status:
            # The engine's client may have ended before the container.
            self.engine.remove(task.name)
        return status

    def collect(self, task: Task, log: Log) -> None:
        """Do nothing: a container writes to the folder itself."""


def find(project: Project) -> Runner:
    """Return what voidgen.toml names; for ``auto`` Nix only if no container engine is installed.

    Raises StepFailedError as `engine.find` does.
    """
    wanted = project.plan.config.container
    if wanted.engine == "nix" or (
        wanted.engine == "auto" and not engine.installed(wanted) and NixSandbox.can_run(wanted)
    ):
        return NixSandbox(project.caches)
    return InContainer(engine.find(wanted))
