"""What makes the ISO: mklive in a container, or Nix in its sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from voidgen.container import engine
from voidgen.iso.in_container import InContainer
from voidgen.iso.nix_sandbox import NixSandbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from voidgen.iso.built import Built
    from voidgen.iso.order import Order
    from voidgen.project import Project


class Runner(Protocol):
    """Makes ISOs. The files of one become ``image.KIND`` in `Order.results`."""

    @property
    def storage(self) -> Path | None:
        """The folder in which mklive builds; None if it is in memory, or not known."""

    def remove_leftovers(self, project: Path, report: Callable[[str], None]) -> None:
        """Remove what a killed run for ``project`` left."""

    def program(self, order: Order) -> str:
        """Return what the runner runs: an engine's image, or a derivation."""

    def fetch(self, order: Order, program: str) -> str:
        """Bring the files if a Nix store has them; return the ISO's hash (SRI), or ""."""

    def repository(self, order: Order, program: str) -> Path:
        """Return a local repository of the locked packages; get what else ``program`` needs."""

    def make(self, order: Order, built: Built, repository: Path, program: str) -> str:
        """Run mklive, compare its results with the plan, and return the ISO's hash (SRI).

        Raises StepFailedError if mklive fails, or if the results are wrong.
        """


def find(project: Project) -> Runner:
    """Return what voidgen.toml names; for ``auto`` Nix only if no container engine is installed.

    Raises StepFailedError as `engine.find` does.
    """
    wanted = project.plan.config.container
    if wanted.engine == "nix" or (
        wanted.engine == "auto" and not engine.installed(wanted) and NixSandbox.can_run(wanted)
    ):
        return NixSandbox()
    return InContainer(engine.find(wanted))
