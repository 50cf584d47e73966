"""Making a project from a preset: a commented voidgen.toml, .gitattributes and .gitignore."""

from __future__ import annotations

import os
import re
import tomllib
from typing import TYPE_CHECKING

from voidgen import config
from voidgen.config.rules import IMAGE_NAME
from voidgen.data import bundled_files
from voidgen.data.bundled_files import DATA
from voidgen.edit import text as edit
from voidgen.errors import refused
from voidgen.init import repository
from voidgen.system import git
from voidgen.system.files import write_atomically
from voidgen.system.git_names import ATTRIBUTES, CONTENT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FOLDER = DATA / "presets"
PRESETS = ("cinnamon", "xfce", "kde", "lxqt", "mate", "niri", "console")
IGNORE = ".gitignore"
IGNORED = ("/result", "/result-*", "/out/", "/image/.staging/", "/.direnv/")
_WITHOUT_GL = """\
# Programs from Nix use glibc, and cannot load musl's drivers. To use Mesa from nixpkgs instead, set
# drivers = "profile" in [overlay.options.nix-gl] and add "mesa" to [nix] packages.
without = ["nix-gl"]"""
OURS = (config.FILE, "flake.nix", "image")
"""Files and folders of a project: if the folder has one, voidgen refuses it."""


def text(preset: str, folder: Path, arch: str | None = None) -> str:
    """Return the voidgen.toml of a preset, for ``arch``, with the image named after the folder."""
    content = (FOLDER / f"{preset}.toml").read_text()
    if arch:
        content = _for_arch(arch, content, folder / config.FILE)
    name = re.sub(r"[^A-Za-z0-9._+-]+", "-", folder.name).strip("-._+")[:100]
    fits = re.fullmatch(IMAGE_NAME.pattern, name)
    return edit.put(content, "image", "name", name) if fits else content


def _for_arch(arch: str, content: str, file: Path) -> str:
    """Return a preset for ``arch``, without the modules that are for other architectures."""
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


def make(folder: Path, settings: str) -> list[str]:
    """Write a project with ``settings`` as its voidgen.toml; return the names of the files made.

    ``folder`` may have other files, and keeps them. It becomes a git repository, unless it is in
    one that does not ignore it.
    """
    repository.check(folder, OURS)
    files = {
        ATTRIBUTES: CONTENT,
        IGNORE: "".join(f"{line}\n" for line in IGNORED),
        config.FILE: settings,
    }
    try:
        made = _add_files(folder, files) if folder.is_dir() else _make_folder(folder, files)
    except OSError as error:
        raise refused(error, folder) from None
    git.add_intent(folder, made)
    return made


def _make_folder(folder: Path, files: Mapping[str, str]) -> list[str]:
    with repository.new_project(folder) as project:
        for name, content in files.items():
            (project / name).write_text(content)
            (project / name).chmod(0o644)
    return [*files]


def _add_files(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Write the missing ones of ``files``, voidgen.toml last: it makes the folder a project."""
    if repository.needs_own(folder):
        git.init(folder)
    made = [name for name in files if not os.path.lexists(folder / name)]
    for name in made:
        write_atomically(folder / name, files[name].encode())
    return made
