"""An offline image project, written by hand, to test the Nix code."""

import json
import os
import platform
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from voidgen.plan.documents import PlanDocument

ROOT = Path(__file__).parents[2]
NIX_CODE = ROOT / "generator" / "voidgen" / "data" / "nix"
PACKAGES = ROOT / "examples" / "offline" / "packages"
SYSTEM = f"{platform.machine()}-linux"

FLAKE = """{
  description = "An image of the tests";
  outputs = inputs: import ./image/nix {
    manifest = ./image/manifest.json;
    include = ./image/include;
    nixpkgs = %s;
    inherit inputs;
    %s
  };
}
"""


def _asker(name: str) -> dict[str, str]:
    kind, _, module = name.partition(" ")
    return {"kind": kind, "name": module} if module else {"kind": "file", "name": name}


def request(name: str, *by: str) -> dict[str, Any]:
    """Return a package as the manifest lists it, from `attribute.path^output,output`."""
    path, _, outputs = name.partition("^")
    return {
        "by": [_asker(one) for one in by or ("voidgen.toml",)],
        "name": name,
        "outputs": outputs.split(",") if outputs else [],
        "path": path.split("."),
    }


def entry(kind: str, path: str, mode: str = "0755", target: str | None = None) -> dict[str, Any]:
    """Return an entry of the overlay."""
    rest = {} if target is None else {"target": target}
    return {"group": "root", "mode": mode, "owner": "root", "path": path, "type": kind, **rest}


def made(
    kind: str, path: str, mode: str = "0644", type_: str = "file", **arguments: str
) -> dict[str, Any]:
    """Return an entry of the overlay that Nix makes."""
    return {**entry(type_, path, mode), "made-by": {"kind": kind, "arguments": arguments}}


def directory(path: str) -> dict[str, Any]:
    return entry("directory", path)


def symlink(path: str, target: str) -> dict[str, Any]:
    return entry("symlink", path, "0777", target)


NAMES = ("greet", "countdown", "notebook^man", "deskTools.clock", "busybox", "proverb-of-the-day")
INCLUDE = (
    directory("/etc"),
    directory("/etc/skel"),
    directory("/var"),
    entry("file", "/etc/a name with spaces, 'quotes' and $(x)", "0440"),
    entry("file", "/etc/hook", "0755"),
    symlink("/etc/dbus", "/etc/sv/dbus"),
    symlink("/etc/skel/.nix-profile", "@profile@"),
    symlink("/usr", "@profile@/share"),
)


def manifest(
    names: Sequence[str] = NAMES,
    unfree: Sequence[str] = ("proverbs",),
    include: Sequence[Mapping[str, Any]] = INCLUDE,
    insecure: Sequence[str] = (),
) -> dict[str, Any]:
    return {
        "image": {"arch": platform.machine(), "name": "tests", "system": SYSTEM, "user": "live"},
        "include": list(include),
        "modules": [{"name": "a module", "summary": "carried ${through} untouched"}],
        "nix": {
            "packages": [request(name) for name in names],
            "insecure": list(insecure),
            "state-dir": "/var/nix",
            "unfree": list(unfree),
        },
        **PlanDocument.HEADER,
    }


def write_project(
    project: Path,
    data: Mapping[str, Any] | None = None,
    nixpkgs: str = "./packages/2026.10",
    arguments: str = "",
) -> Path:
    """Write a project and add it to git."""
    data = manifest() if data is None else data
    project.mkdir(parents=True)
    shutil.copytree(NIX_CODE, project / "image" / "nix")
    shutil.copytree(PACKAGES, project / "packages", ignore=shutil.ignore_patterns("busybox"))
    busybox = os.environ.get("VOIDGEN_BUSYBOX") or shutil.which("busybox")
    assert busybox, "the tests need a static busybox (Debian: apt install busybox-static)"
    shutil.copy(busybox, project / "packages" / "busybox")
    (project / "flake.nix").write_text(FLAKE % (nixpkgs, arguments))
    (project / "image" / "manifest.json").write_text(json.dumps(data, sort_keys=True))
    for item in data["include"]:
        if item["type"] == "file" and "made-by" not in item:
            file = project / "image" / "include" / item["path"][1:]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"#!/bin/sh\n# {item['path']}\n")
            file.chmod(0o755 if int(item["mode"], 8) & 0o100 else 0o644)
    subprocess.run(["git", "init", "--quiet", project], check=True)
    track(project)
    return project


def track(project: Path) -> None:
    """Add the project's files to git, because a flake sees no others."""
    subprocess.run(["git", "-C", project, "add", "--all"], check=True)


# These stores need not survive a crash of the machine.
CONFIG = """
build-users-group =
experimental-features = nix-command flakes
fsync-metadata = false
sandbox = true
sandbox-fallback = true
substituters =
"""


def isolated(root: Path) -> dict[str, str]:
    """Return the environment of a Nix in ``root``.

    It needs neither root nor /nix, and reads nothing that belongs to the machine's Nix.
    """
    home = root / "home"
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NIX_")}
    return {
        **kept,
        "HOME": str(home),
        "NIX_CONFIG": CONFIG,
        "NIX_CONF_DIR": str(root / "etc"),
        "NIX_DATA_DIR": str(root / "share"),
        "NIX_LOCALSTATE_DIR": str(root / "var"),
        "NIX_LOG_DIR": str(root / "log"),
        "NIX_STATE_DIR": str(root / "state"),
        "NIX_STORE_DIR": str(root / "store"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_STATE_HOME": str(home / ".local" / "state"),
    }


class Nix:
    """The real Nix, in a store of its own."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = dict(env)

    def run(self, *words: str | Path, **env: str) -> str:
        """Run a command that must succeed, and return its output."""
        done = self._start(*words, **env)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def fail(self, *words: str | Path, **env: str) -> str:
        """Run a command that must fail, and return its standard error."""
        done = self._start(*words, **env)
        assert done.returncode != 0, done.stdout
        return done.stderr

    def build(self, project: Path, output: str = "default") -> Path:
        """Build one output, and return its store path."""
        said = self.run("nix", "build", "--json", "--no-link", f"{project}#{output}")
        return Path(json.loads(said)[0]["outputs"]["out"])

    def info(self, path: Path, **env: str) -> list[dict[str, Any]]:
        """Return what the store knows about a path and everything that it refers to, sorted."""
        found = json.loads(self.run("nix", "path-info", "--json", "--recursive", path, **env))
        # An object by path since Nix 2.19.
        listed = (
            found
            if isinstance(found, list)
            else [{"path": key, **value} for key, value in found.items()]
        )
        return sorted(listed, key=lambda info: str(info["path"]))

    def _start(self, *words: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words, env={**self.env, **env}, capture_output=True, text=True, check=False
        )
