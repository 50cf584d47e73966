"""Changing a project that builds without a network into one that makes an ISO from nixpkgs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from voidgen import config, project
from voidgen.config.nix import Nix
from voidgen.edit import text as edit
from voidgen.errors import Fault, StepFailedError, WrongInputError
from voidgen.overlay import catalogue
from voidgen.schema import toml
from voidgen.system.files import project_lock, write_atomically

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from voidgen.config.types import Config

NIXPKGS: str = Nix().nixpkgs
MKLIVE = """
[mklive]
squashfs = { compression = "zstd" }     # "xz" makes a smaller ISO that boots more slowly
"""
UNTRUE = (
    "# An image that builds without a network: its package set is the folder packages/.",
    "# ./packages/2026.04 is an older release of this one.",
)
"""Comments of the offline example that are wrong in a project with a network."""
NAMED = (("nix", "packages"), ("nix", "unfree"), ("nix", "insecure"))
BROUGHT = ("packages", "nix")
"""Nix packages in module.toml."""


@frozen
class Change:
    """The files to write, with their earlier text, and lines on what changes."""

    files: Mapping[Path, tuple[str, str]] = field(factory=dict)
    lines: tuple[str, ...] = ()


def plan(folder: Path) -> Change:
    """Return what makes the project in ``folder`` one with a network; writes nothing.

    Raises WrongInputError if there is no project, it has faults, or it cannot be edited.
    """
    file = folder / config.FILE
    if not file.exists():
        remedy = "`voidgen init` without --online makes a project with a network"
        raise WrongInputError(Fault(f"has no {config.FILE}", folder, remedy=remedy))
    found = project.load(folder).plan.config
    text = new = toml.text(file)
    change = Change()
    if found.nix.nixpkgs.startswith("./"):
        new, change = _with_nixpkgs(new, found, folder)
    if found.mklive is None:
        new = f"{new.rstrip()}\n{MKLIVE}"
        change = evolve(change, lines=(*change.lines, f"{config.FILE}: + [mklive]"))
    if new == text:
        return change
    # The rest of the project has to fit, before anything is written.
    _refuse_unfit(project.load(folder, new).plan.config, file)
    return evolve(change, files={**change.files, file: (text, new)})


def write(folder: Path, change: Change) -> None:
    """Write the change, voidgen.toml last; StepFailedError if a file was changed meanwhile."""
    with project_lock(folder):
        for file, (old, _) in change.files.items():
            if toml.text(file) != old:
                raise StepFailedError(f"{file}: was changed in the meantime", "run it again")
        for file, (_, new) in change.files.items():
            write_atomically(file.resolve(), new.encode())


def _with_nixpkgs(text: str, found: Config, folder: Path) -> tuple[str, Change]:
    """Take nixpkgs instead of the folder, without the packages that only the folder has."""
    old, file = found.nix.nixpkgs, folder / config.FILE
    text = "".join(line for line in text.splitlines(keepends=True) if line.rstrip() not in UNTRUE)
    text = edit.replace(text, ("nix", "nixpkgs"), NIXPKGS, file)
    lines = [f"{config.FILE}: nix.nixpkgs = {NIXPKGS}, instead of {old}"]
    files: dict[Path, tuple[str, str]] = {}
    if (folder / old / "pkgs/top-level").is_dir():
        # A copy of nixpkgs: nixpkgs has its names, too.
        return text, Change(files, tuple(lines))
    for key in NAMED:
        if names := edit.listed(text, key):
            text = edit.remove(text, key, names, file)
            lines.append(f"{config.FILE}: {'.'.join(key)} - {', '.join(names)}")
    for module in catalogue.load([folder / catalogue.FOLDER]).values():
        if names := [*module.spec.packages.nix]:
            before = toml.text(module.file)
            files[module.file] = (before, edit.remove(before, BROUGHT, names, module.file))
            place = module.file.relative_to(folder)
            lines.append(f"{place}: {'.'.join(BROUGHT)} - {', '.join(names)}")
    if len(lines) > 1:
        lines.append(f"note: what is removed (-) is from {old}; `voidgen add nix NAME` adds others")
    return text, Change(files, tuple(lines))


def _refuse_unfit(found: Config, file: Path) -> None:
    if found.nix.nixpkgs.startswith("./") or found.mklive is None:
        what = "is written in a way that voidgen cannot edit safely"
        raise WrongInputError(Fault(what, file, remedy="edit it yourself"))
