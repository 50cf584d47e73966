"""Find what in a stranger's project could reach this machine outside of the sandboxes."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen import config
from voidgen.config.nix import MAIN
from voidgen.errors import WrongInputError
from voidgen.lock import flake_lock
from voidgen.lock import voidgen_lock as lock_file
from voidgen.lock.flake_lock import LockFile
from voidgen.overlay import catalogue
from voidgen.schema import typed_json
from voidgen.system.files import read_input
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.config.types import Config

READ = (config.FILE, flake_lock.FILE, lock_file.FILE, "flake.nix")
_LOCAL = re.compile(r"(?:[a-z]+\+)?(?:path|file|flake):|[./~]")
"""How a flake reference begins that names files of this machine, or its registry."""


def refusals(repository: Path, project: Path) -> list[str]:
    """Return a line for each reason to refuse ``project``, a folder of the ``repository``."""
    inside = project.resolve().is_relative_to(repository.resolve())
    if not inside or not project.is_dir():
        return ["the project's folder is not in the repository"]
    kinds = [_kind(project / name, name) for name in READ]
    found = [line for line in kinds if line]
    # Links could lead to any file of this machine.
    found += _links(repository)
    if found:
        return found
    try:
        own, variants = config.load_all(project)
        found += dict.fromkeys(
            line for one in (own, *(each.settings for each in variants)) for line in _keys(one)
        )
        return [*found, *_locked(project / flake_lock.FILE)]
    except WrongInputError as error:
        return [f"{config.FILE} has faults: {error}"]


def _kind(file: Path, name: str) -> str:
    try:
        mode = file.lstat().st_mode
    except OSError:
        return f"{name} does not exist"
    return "" if stat.S_ISREG(mode) else f"{name} is not a regular file"


def _links(repository: Path) -> Iterator[str]:
    """Yield links that lead out of the repository, except those in overlays: none follows these."""
    top = repository.resolve()
    for folder, folders, files in os.walk(repository):
        where = Path(folder).relative_to(repository)
        if where.parts[:1] == (".git",):
            continue
        for name in (*folders, *files):
            link = Path(folder, name)
            shown = where / name
            in_overlay = {catalogue.FOLDER, "files"} <= {*where.parts}
            if link.is_symlink() and not in_overlay:
                target = Path(os.path.normpath(link.parent.resolve() / link.readlink()))
                if not target.is_relative_to(top):
                    yield f"{shown} is a link to {link.readlink()}, outside of the repository"


def _keys(found: Config) -> Iterator[str]:
    """Yield keys of voidgen.toml that reach beyond the project."""
    if found.container.arguments:
        yield f"[container] arguments = {[*found.container.arguments]}"
    if found.cache.stores or found.cache.keys:
        yield f"[cache] stores = {[*found.cache.stores]}, keys = {[*found.cache.keys]}"
    for key, places in (("repositories", found.xbps.repositories), ("mirrors", found.xbps.mirrors)):
        yield from (f"[xbps] {key}: {one}" for one in places if one.startswith("/"))
    for name, one in found.nix.every_set().items():
        if not one.is_folder and _LOCAL.match(one.source):
            table = "nix" if name == MAIN else f"nix.sets.{name}"
            yield f"[{table}] {'flake' if one.flake else 'nixpkgs'}: {one.source}"
    if found.mklive and _LOCAL.match(found.mklive.source):
        yield f"[mklive] source: {found.mklive.source}"


def _locked(file: Path) -> Iterator[str]:
    """Yield inputs, and inputs of inputs, that are locked to files of this machine."""
    try:
        lock = typed_json.read(read_input(file, flake_lock.LARGEST), LockFile)
    except (WrongInputError, GarbledError):
        yield f"{flake_lock.FILE} is not a lock file of Nix"
        return
    for name, node in lock.nodes.items():
        part = node.locked or {}
        if part.get("type") == "path" or _LOCAL.match(str(part.get("url", ""))):
            yield f"{flake_lock.FILE}: the input {name} is locked to files of this machine"
