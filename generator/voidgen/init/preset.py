"""Projects from presets: a commented voidgen.toml, and what git shall not keep."""

from __future__ import annotations

import os
import re
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen import config
from voidgen.config.rules import IMAGE_NAME
from voidgen.data import bundled_files
from voidgen.data.bundled_files import DATA
from voidgen.edit import text as edit
from voidgen.errors import Fault, WrongInputError, refused
from voidgen.init import repository
from voidgen.system import git
from voidgen.system.files import log_written, write_atomically
from voidgen.system.git_names import ATTRIBUTES, CONTENT

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = DATA / "presets"
PRESETS = ("cinnamon", "xfce", "kde", "lxqt", "mate", "niri", "console")
IGNORE = ".gitignore"
IGNORED = ("/result", "/result-*", "/out/", "/image/.staging/", "/.direnv/")
_WITHOUT_GL = """\
# Programs of Nix use glibc, and cannot load musl's drivers. To draw with Mesa of nixpkgs instead,
# set drivers = "profile" in [overlay.options.nix-gl] and add "mesa" to [nix] packages.
without = ["nix-gl"]"""
KEPT = (ATTRIBUTES, IGNORE)
"""What may be there already, and stays as it is."""
OURS = (config.FILE, "flake.nix", "image")
"""What a project is, or has once it was generated."""


def text(preset: str, folder: Path, arch: str | None = None) -> str:
    """Return the voidgen.toml of a preset, for ``arch``, with the image called as the folder."""
    content = (FOLDER / f"{preset}.toml").read_text()
    if arch:
        content = _for(arch, content, folder / config.FILE)
    name = re.sub(r"[^A-Za-z0-9._+-]+", "-", folder.name).strip("-._+")[:100]
    fits = re.fullmatch(IMAGE_NAME.pattern, name)
    return edit.put(content, "image", "name", name) if fits else content


def _for(arch: str, content: str, file: Path) -> str:
    """Return a preset with ``arch``, without the modules that are for other architectures."""
    from voidgen.overlay import catalogue  # noqa: PLC0415

    modules = catalogue.load([bundled_files.catalogue()])
    key = ("overlay", "modules")
    for name in edit.listed(content, key):
        archs = modules[name].spec.archs
        if archs and arch not in archs:
            content = edit.remove(content, key, [name], file)
            if name in tomllib.loads(content)["overlay"].get("options", {}):
                content = edit.remove_options(content, name, file)
    if arch.endswith("-musl") and any(name.endswith("-live") for name in edit.listed(content, key)):
        content = re.sub(r"(?m)^modules = .*\n", rf"\g<0>{_WITHOUT_GL}\n", content, count=1)
    return re.sub(r"(?m)^title = .*\n", rf'\g<0>arch = "{arch}"\n', content, count=1)


def check(folder: Path) -> None:
    """WrongInputError where a project cannot be made in ``folder`` without overwriting."""
    there = [folder / name for name in OURS if os.path.lexists(folder / name)]
    if os.path.lexists(folder) and not folder.is_dir():
        there = [folder]
    if there:
        remedy = "choose another folder: init never overwrites"
        raise WrongInputError(*(Fault("is there already", file, remedy=remedy) for file in there))


def make(folder: Path, settings: str) -> list[str]:
    """Write a project whose voidgen.toml has ``settings``; the names of the files made.

    ``folder`` may have other files, and keeps them. It becomes a git repository, unless it lies
    in one that does not ignore it.
    """
    check(folder)
    files = {
        ATTRIBUTES: CONTENT,
        IGNORE: "".join(f"{line}\n" for line in IGNORED),
        config.FILE: settings,
    }
    try:
        made = _add(folder, files) if folder.is_dir() else _new(folder, files)
    except OSError as error:
        raise refused(error, folder) from None
    git.add_intent(folder, made)
    return made


def _new(folder: Path, files: Mapping[str, str]) -> list[str]:
    """A folder that is there whole, or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".voidgen-", dir=folder.parent) as temporary:
        project = Path(temporary, "project")
        project.mkdir()
        project.chmod(0o755)
        if repository.wanted(folder):
            git.init(project)
        for name, content in files.items():
            (project / name).write_text(content)
            (project / name).chmod(0o644)
        project.replace(folder)
    log_written(folder, "made")
    return [*files]


def _add(folder: Path, files: Mapping[str, str]) -> list[str]:
    """voidgen.toml comes last: with it, the folder is a project."""
    if repository.wanted(folder):
        git.init(folder)
    made = [name for name in files if not os.path.lexists(folder / name)]
    for name in made:
        write_atomically(folder / name, files[name].encode())
    return made
