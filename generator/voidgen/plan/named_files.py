"""Read the files of a project that voidgen.toml names; a missing one is a fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen import config
from voidgen.config.nix import MAIN
from voidgen.errors import Fault, Key, raise_all, unreadable
from voidgen.plan import boot_menu

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from voidgen.config.types import Config


def refuse_missing(settings: Config, folder: Path) -> None:
    """Raise WrongInputError if the project lacks a file that voidgen.toml names."""
    file = folder / config.FILE
    faults: list[Fault] = []
    extra = settings.flake.extra
    for name, one in settings.nix.every_set().items():
        code = folder / one.source / "default.nix"
        if one.is_folder and not code.is_file():
            remedy = _of_a_submodule(code) or (
                "name a folder of the project whose default.nix takes { system, config, overlays }"
            )
            above: Key = ("nix",) if name == MAIN else ("nix", "sets", name)
            what = f"{one.source} has no default.nix"
            faults.append(Fault(what, file, (*above, "nixpkgs"), remedy=remedy))
    named: list[tuple[Key, str]] = [
        (("xbps", "keys", index), name) for index, name in enumerate(settings.xbps.keys)
    ]
    if extra:
        named.append((("flake", "extra"), extra))
    named += settings.nix.overlay_files()
    named += _files_of(settings)
    for key, name in named:
        if not (folder / name).is_file():
            remedy = _of_a_submodule(folder / name) or "write its path from the project's folder"
            faults.append(Fault(f"{name} is not a file of the project", file, key, remedy=remedy))
    raise_all(faults)


def _of_a_submodule(file: Path) -> str:
    """Return what to do if the folder of a missing ``file`` is empty, as a submodule's may be."""
    above = next(one for one in file.parents if one.is_dir())
    if any(above.iterdir()):
        return ""
    return f"{above.name} is empty: if it is a submodule, copy its files into this repository"


def _files_of(settings: Config) -> Iterator[tuple[Key, str]]:
    """Yield the key and the path of each file whose content becomes part of the image."""
    if settings.boot:
        yield from ((("boot", *key), name) for key, name in settings.boot.files())
    if settings.hooks and settings.hooks.post_install:
        yield ("hooks", "post-install"), settings.hooks.post_install


def read(settings: Config, folder: Path) -> dict[str, bytes]:
    """Return the contents of the files that [boot] and [hooks] name, by path in the project."""
    found: dict[str, bytes] = {}
    faults: list[Fault] = []
    for key, name in _files_of(settings):
        try:
            found[name] = (folder / name).read_bytes()
        except OSError as error:
            faults.append(unreadable(error, folder / name))
            continue
        if key == ("boot", "splash") and (what := boot_menu.unfit_picture(found[name])):
            remedy = "boot menus need 640x480 pixels, 8 bits for each of red, green and blue"
            faults.append(Fault(f"{name} {what}", folder / config.FILE, key, remedy=remedy))
        if key == ("hooks", "post-install") and not found[name].startswith(b"#!"):
            remedy = "begin it with the program that runs it, such as #!/bin/sh"
            faults.append(Fault("has no #! line", folder / name, line=1, remedy=remedy))
    raise_all(faults)
    return found
