"""Asking package sets that are flakes: in a flake of their own, whose evaluation is pure."""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from attrs import frozen

from voidgen.data.bundled_files import DATA
from voidgen.edit.types import NotAtHandError
from voidgen.errors import StepFailedError, refused
from voidgen.lock import flake_lock, git_inputs, state
from voidgen.nix import evaluation, flakes
from voidgen.plan.templating import nix
from voidgen.system.network_faults import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from voidgen.config.nix import PackageSet
    from voidgen.progress import Progress
    from voidgen.project import Project

T = TypeVar("T")
ASK = "ask.nix"


@frozen
class AskedFlake:
    """A flake in ``folder`` whose output ``ask`` takes arguments of ask.nix."""

    folder: Path

    def ask(self, arguments: Mapping[str, str], kind: type[T]) -> tuple[T, str]:
        """Return the answers as a ``kind``, and what the evaluation traces."""
        given = " ".join(f"{name} = {nix(value)};" for name, value in arguments.items())
        return evaluation.applied(self.folder, "ask", f"ask: ask {{ {given} }}", kind)


@contextmanager
def locked(project: Project, names: Collection[str], progress: Progress) -> Iterator[AskedFlake]:
    """Yield a locked flake that answers for the sets ``names`` of the project.

    flake.lock of the project pins them. Those that it does not pin are locked to what their
    references mean today. Raises NotAtHandError if one cannot be fetched.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="voidgen-") as work:
            folder = Path(work).resolve()
            _write(project, names, folder)
            _lock(project, names, folder, progress)
            yield AskedFlake(folder)
    except OSError as error:
        raise refused(error, tempfile.gettempdir()) from None


def _write(project: Project, names: Collection[str], folder: Path) -> None:
    sets = project.plan.config.nix.every_set()
    needed = {*names, *(other for name in names for other in sets[name].follows.values())}
    shutil.copytree(DATA / "nix", folder / "nix")
    shutil.copyfile(DATA / ASK, folder / ASK)
    text = flake(
        {name: sets[name] for name in sorted(needed)},
        names,
        others=[*project.plan.config.nix.sets],
        system=project.plan.system,
    )
    (folder / "flake.nix").write_text(text)
    locks = state.content(project.folder / flake_lock.FILE)
    if locks:
        (folder / flake_lock.FILE).write_bytes(locks)


def flake(
    inputs: Mapping[str, PackageSet], names: Iterable[str], *, others: list[str], system: str
) -> str:
    """Return the flake.nix that asks the ``inputs`` called ``names``."""
    lines = ["{"]
    for name, one in inputs.items():
        lines.append(f"  inputs.{name}.url = {nix(one.source)};")
        for own, other in one.follows.items():
            lines.append(f"  inputs.{name}.inputs.{own}.follows = {nix(other)};")
    values = {
        "sets": json.dumps({name: {"flake": True} for name in names}),
        "others": json.dumps(others),
        "system": system,
    }
    lines += [
        f"  outputs = inputs: {{ ask = more: import ./{ASK} ({{",
        '    inherit inputs; code = "${inputs.self}/nix";',
        *(f"    {name} = {nix(value)};" for name, value in values.items()),
        "  } // more); };",
        "}",
    ]
    return "".join(f"{line}\n" for line in lines)


def _lock(project: Project, names: Collection[str], folder: Path, progress: Progress) -> None:
    known = {one.name for one in flake_lock.inputs(project.folder, project.plan) if one.rev}
    try:
        git_inputs.check(project.plan, {*names} - known, progress)
        with progress.step(f"looking up {' and '.join(names)}"):
            flakes.lock(folder)
    except UnreachableError as error:
        raise NotAtHandError(error.what) from None
    except StepFailedError as error:
        raise NotAtHandError(f"{' and '.join(names)} cannot be locked: {error.what}") from None
