"""A project whose ISO Nix's sandbox can make of the stand-ins, and what runs there."""

import hashlib
import os
import re
from pathlib import Path

import pytest
import tomlkit
from attrs import frozen
from tests.integration.offline import SYSTEM, Nix
from tests.iso import debian, making
from tests.iso.making import Made
from tests.iso.podman import Podman
from tests.iso.project import commit
from tests.iso.running import KINDS
from tests.locks.project import well

from voidgen.nix import uid_range

LINKS = 'ln -s "$path"/bin/* "$out/bin/"; done'
UNPACK = """
      cd "$out"
      tar -x -f "$debian"
      for one in *; do
        case $one in bin | debian | lib | lib64 | usr) ;; *) rm -rf "$one" ;; esac
      done
"""
FOLDERS = ("debian", "lib", "lib64", "usr")
"""Of the stand-in's tools, that Debian's programs need outside of their own root folder, too."""


@frozen
class Sandboxed:
    """A project, the environment in which Nix's sandbox makes its ISO, and the folder of builds."""

    made: Made
    builds: Path

    @property
    def nix(self) -> Nix:
        return Nix({**os.environ, **self.made.env})


def make(folder: Path, engine: Podman, nix: Nix) -> Sandboxed:
    """Make a project in ``folder``."""
    with pytest.MonkeyPatch.context() as patch:
        _unpack_debian(patch)
        made = making.make(folder, engine, nix.env)
    tools = Nix({**os.environ, **made.env}).build(made.project, f"packages.{SYSTEM}.iso-tools")
    shell = tools / "debian/bin/bash"
    paths = {f"/{name}": tools / name for name in FOLDERS}
    paths |= {"/host": Path("/usr"), "/bin/bash": shell, "/bin/sh": shell}
    listed = " ".join(f"{there}={here}" for there, here in paths.items())
    lines = (*uid_range.SETTINGS, f"extra-sandbox-paths = {listed}")
    made.env["NIX_CONFIG"] = with_lines(made.env["NIX_CONFIG"], *lines)
    builds = re.search(r"^build-dir = (.*)$", made.env["NIX_CONFIG"], re.MULTILINE)
    assert builds
    return Sandboxed(made, Path(builds[1]))


def _unpack_debian(patch: pytest.MonkeyPatch) -> None:
    """Have the stand-in for the tools contain Debian's files, which its links lead to."""
    write_set = debian.write_set

    def write(folder: Path, *more: object) -> None:
        write_set(folder, *more)  # type: ignore[arg-type]
        file = folder / "tests" / "container.nix"
        text = file.read_text()
        assert LINKS in text
        text = text.replace(LINKS, f"{LINKS}\n{UNPACK}")
        file.write_text(text.replace("{ inherit paths; };", "{ inherit debian paths; };"))

    patch.setattr("tests.iso.project.write_set", write)


def name_engine(folder: Path, engine: str = "nix") -> None:
    """Have voidgen.toml name ``engine``."""
    file = folder / "voidgen.toml"
    config = tomlkit.parse(file.read_text())
    config.setdefault("container", tomlkit.table())["engine"] = engine
    file.write_text(tomlkit.dumps(config))
    well(folder, "generate")
    commit(folder)


def with_lines(config: str, *lines: str) -> str:
    """Return NIX_CONFIG with more lines."""
    return "\n".join((config, *lines))


def digests(folder: Path) -> dict[str, str]:
    """Return the hashes of the ISO and of the files beside it, by ending."""
    return {
        kind: hashlib.sha256((folder / f"tests.{kind}").read_bytes()).hexdigest() for kind in KINDS
    }
