"""The offline example with package sets and flakes in repositories of this machine."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.integration.flake_project import Repository
from tests.integration.offline import PACKAGES, SYSTEM, track
from tests.support.program import voidgen

TOOLS = """{
  description = "Tools of a stranger";
  nixConfig = {
    extra-substituters = [ "https://stranger.example" ];
    extra-experimental-features = [ "stranger" ];
    bash-prompt = "stranger";
  };
  inputs.nixpkgs.url = "%s";
  outputs =
    { self, nixpkgs }:
    let
      pkgs = import nixpkgs { system = "%s"; };
    in
    {
      packages.%s = {
        default = pkgs.dice;
        clock = pkgs.deskTools.clock;
        secret = pkgs.proverbs;
        allowed = (import nixpkgs { system = "%s"; config.allowUnfree = true; }).proverbs;
        broken = throw "no tool of this name works";
        text = "not a package";
      };
      legacyPackages.%s.nested.greet = pkgs.greet;
    };
}
"""


def package_set(folder: Path, busybox: Path, release: str = "2026.04") -> Repository:
    """Make a repository with a package set like nixpkgs, of the example's ``release``."""
    shutil.copytree(PACKAGES, folder, ignore=shutil.ignore_patterns("busybox"))
    shutil.copy(busybox, folder / "busybox")
    found = Repository(folder)
    found.commit({"default.nix": f"import ./{release}\n", "flake.nix": "{ outputs = _: { }; }\n"})
    return found


def tools(folder: Path, nixpkgs: Repository, system: str = SYSTEM) -> Repository:
    """Make a repository with a flake that has packages of the package set ``nixpkgs``."""
    folder.mkdir()
    found = Repository(folder)
    found.commit({"flake.nix": TOOLS % (nixpkgs.url, SYSTEM, system, SYSTEM, system)})
    return found


def add(project: Path, sets: str, *packages: str) -> None:
    """Add tables and packages to voidgen.toml, and generate."""
    toml = project / "voidgen.toml"
    text = toml.read_text()
    listed = "".join(f"  {json.dumps(name)},\n" for name in packages)
    text = text.replace("packages = [\n", f"packages = [\n{listed}", 1)
    toml.write_text(f"{text}\n{sets}")
    track_if_git(project)
    ran = voidgen("generate", cwd=project)
    assert ran.status == 0, ran.err


def lock(project: Path) -> None:
    ran = voidgen("lock", cwd=project)
    assert ran.status == 0, ran.err
    track_if_git(project)


def track_if_git(project: Path) -> None:
    if not (project / ".git").exists():
        subprocess.run(["git", "init", "--quiet", project], check=True)
    track(project)


def versions(image: Path) -> dict[str, str]:
    packages: list[dict[str, Any]] = json.loads((image / "manifest.json").read_bytes())["packages"]
    return {one["name"]: one["version"] for one in packages}


def live_flake(image: Path, folder: Path) -> Path:
    """Copy the image's flake to ``folder``, because a live system has it outside of a store."""
    subprocess.run(["cp", "-RL", image / "include/etc/voidgen/packages", folder], check=True)
    subprocess.run(["chmod", "-R", "u+w", folder], check=True)
    return folder
