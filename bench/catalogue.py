"""Makes an image project of many modules and files for benchmarks; every run makes the same."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SEED = 20_20
TEMPLATES = 10
"""Number of files of which one is a template."""


def write(folder: Path, modules: int, files: int) -> None:
    """Make a project in ``folder`` with ``modules`` modules that have ``files`` files in all."""
    chance = random.Random(SEED)
    names = [f"module-{index:05}" for index in range(modules)]
    chance.shuffle(names)
    folder.mkdir()
    (folder / "voidgen.toml").write_text(
        '[image]\nname = "bench"\n\n[nix]\npackages = ["hello"]\n\n'
        f"[overlay]\nmodules = {sorted(names)!r}\n"
    )
    for index, name in enumerate(names):
        top = folder / "overlay-src" / name
        top.mkdir(parents=True)
        # Only earlier modules, so that there is no cycle.
        earlier = chance.sample(names[:index], min(index, 3))
        (top / "module.toml").write_text(_module(name, earlier))
        share = range(index, files, modules)
        for number in share:
            _file(top / "files" / "etc" / name / f"part-{number % 7}", number, chance)


def _module(name: str, earlier: list[str]) -> str:
    return (
        f'summary = "made up: {name}"\nrequires = {earlier[:2]!r}\nafter = {earlier[2:]!r}\n'
        f'services = ["{name}"]\n\n[packages]\nxbps = ["{name}", "shared"]\nnix = ["{name}"]\n\n'
        f'[options.word]\ntype = "string"\ndefault = "the word of {name}"\nhelp = "a word"\n\n'
        f'[directories]\n"/var/lib/{name}" = {{ mode = "0750" }}\n\n'
        f'[links]\n"/etc/{name}/link" = "part-0"\n'
    )


def _file(folder: Path, number: int, chance: random.Random) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    noise = chance.randbytes(chance.randrange(100, 2000)).hex()
    if number % TEMPLATES:
        (folder / f"file-{number}").write_text(f"{noise}\n")
    else:
        text = f"#!/bin/sh\necho {{{{ options.word | sh }}}} {noise}\n"
        (folder / f"file-{number}.j2").write_text(text)
