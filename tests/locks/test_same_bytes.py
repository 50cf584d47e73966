"""Everyone who locks the same inputs gets the same bytes."""

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.locks.project import clone, git, locks, project, toml
from tests.locks.site import Origin, Site
from tests.locks.void import StandIn, Void

ROOT = Path(__file__).parents[2]


def person(nix_env: dict[str, str], home: Path) -> dict[str, str]:
    """Return an environment like the tests', with its own Nix store and home."""
    old = str(Path(nix_env["NIX_STORE_DIR"]).parent)
    for name in ("home", "scratch"):
        (home / name).mkdir(parents=True)
    return {name: value.replace(old, str(home)) for name, value in nix_env.items()} | {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(paths()),
        "TMPDIR": str(home / "scratch"),
    }


AS_NOBODY = (
    *("setpriv", "--reuid", "nobody", "--regid", "65534", "--clear-groups", "--"),
    # What setpriv starts itself, it starts with root's rights to files.
    "env",
)


def paths() -> list[str]:
    """Return the folders in which this Python finds voidgen and its requirements."""
    return [str(ROOT / "generator"), *(path for path in sys.path if "-packages" in path)]


def another_user() -> list[str]:
    """Return a command that runs Python as another user if that is possible, else as this one."""
    # Other users may be unable to read this Python's folder; then use the machine's.
    release = ".".join(platform.python_version_tuple()[:2])
    for python in (sys.executable, f"/usr/bin/python{release}"):
        argv = [*AS_NOBODY, python]
        trial = [*argv, "-c", "import voidgen.cli, zstandard, tree_sitter"]
        env = {"PYTHONPATH": os.pathsep.join(paths()), "PYTHONDONTWRITEBYTECODE": "1"}
        if os.geteuid() == 0:
            done = subprocess.run(trial, env=env, capture_output=True, check=False)
            if done.returncode == 0:
                return argv
    return [sys.executable]


def lock(argv: list[str], env: dict[str, str]) -> None:
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every user can enter, unlike pytest's."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_two_users_lock_the_same_bytes(
    void: Void, nix_env: dict[str, str], origin: Origin, site: Site, place: Path
) -> None:
    """Folder, umask, time zone, locale, user, store and cache differ."""
    clone(origin.mklive, place / "mklive")
    upstream = project(place / "upstream", toml(place / "mklive", [site.url], ["zsh", "htop"]))
    # Another user owns the repositories than the one who reads them.
    git(place, "config", "--file", str(place / "gitconfig"), "safe.directory", "*")
    found = []
    for name, umask, zone, locale, python in (
        ("one", "022", "UTC", "C.UTF-8", [sys.executable]),
        ("two", "077", "Asia/Kathmandu", "C", another_user()),
    ):
        home = place / name
        folder = home / "a folder" / "project"
        env = person(nix_env, home) | {"TZ": zone, "LC_ALL": locale}
        env["GIT_CONFIG_GLOBAL"] = str(place / "gitconfig")
        git(place, "clone", "--quiet", str(upstream), str(folder))
        if isinstance(void, StandIn):
            (home / "bin").mkdir()
            programs = StandIn(home / "bin", python[-1]).programs
            env["PATH"] = f"{programs}:{env['PATH']}"
        if os.geteuid() == 0:
            owner = "nobody" if python[0] == AS_NOBODY[0] else "root"
            subprocess.run(["chown", "-R", owner, home], check=True)
        words = ["-m", "voidgen", "-C", str(folder), "lock"]
        lock(["sh", "-c", 'umask "$0"; exec "$@"', umask, *python, *words], env)
        found.append(locks(folder))
    assert found[0] == found[1]
