"""Asking the project's package set for packages, by the real Nix."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from attrs import frozen

from voidgen import foreign, nix, render, share
from voidgen.errors import StepFailedError
from voidgen.lock import flake as flake_lock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from voidgen.plan import Package
    from voidgen.progress import Progress
    from voidgen.project import Project

ASK = Path(__file__).with_name("ask.nix")


class NotAtHandError(Exception):
    """What names are checked by cannot be had: offline, or without a program."""


@frozen
class Answer:
    """What the package set says.

    ``faults`` has the lines of each fault by the package's name in voidgen.toml; ``unfree`` has
    licences by the name that [nix] unfree takes, of the packages and of all that they need.
    """

    faults: Mapping[str, tuple[tuple[str, ...], ...]] = MappingProxyType({})
    unfree: Mapping[str, tuple[str, ...]] = MappingProxyType({})


def ask(project: Project, packages: Iterable[Package], progress: Progress) -> Answer:
    """What the package set says of ``packages``.

    Raises NotAtHandError where it cannot be asked, and StepFailedError where it fails.
    """
    asked = [render.data(package) for package in packages]
    if not asked:
        return Answer()
    arguments = {
        "nixpkgs": str(folder(project, progress)),
        "code": str(share.PACKAGE / "nix"),
        "system": project.plan.system,
    }
    with progress.step("asking the package set"):
        answers, said = nix.instantiate(ASK, {**arguments, "requests": json.dumps(asked)})
        refused = {one["name"] for one in answers if one["refused"]}
        if refused:
            again = json.dumps([one for one in asked if one["name"] in refused])
            _refusal(sorted(refused), {**arguments, "requests": again, "aloud": "yes"})
    faults = {one["name"]: tuple(map(tuple, one["faults"])) for one in answers if one["faults"]}
    return Answer(faults, dict(_unfree(said)))


def folder(project: Project, progress: Progress) -> Path:
    """Where the package set lies: as it is locked, or as it is today where it is not locked.

    Raises NotAtHandError where it cannot be had.
    """
    if not shutil.which("nix"):
        raise NotAtHandError("there is no nix on PATH")
    named = project.plan.config.nix.nixpkgs
    if named.startswith("./"):
        return project.folder / named
    found = flake_lock.inputs(project.folder, project.plan)
    try:
        with progress.step(f"looking {named} up"):
            if any(one.name == "nixpkgs" and one.rev for one in found):
                return nix.fetch_tree(flake_lock.locked(project.folder, "nixpkgs"))
            return nix.flake_prefetch(named).path
    except StepFailedError:
        raise NotAtHandError(f"{named} cannot be fetched") from None


def _unfree(said: str) -> Iterable[tuple[str, tuple[str, ...]]]:
    for line in said.splitlines():
        if line.startswith("trace: {"):
            noted: Any = foreign.parse(line.removeprefix("trace: "))
            yield noted["unfree"], tuple(noted["licenses"])


def _refusal(names: Iterable[str], arguments: Mapping[str, str]) -> None:
    """The set's own message, as a StepFailedError."""
    what = f"the package set refuses {', '.join(names)}"
    try:
        nix.instantiate(ASK, arguments)
    except StepFailedError as error:
        lines = [line for line in error.output.splitlines() if not line.startswith("trace: ")]
        raise StepFailedError(what, "choose another package", "\n".join(lines)) from None
    raise StepFailedError(what, "choose another package")
