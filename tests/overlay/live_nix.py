"""The real Nix for scratch roots: a baked image's store, and Void's nix-daemon."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen
from tests.support.program import voidgen

if TYPE_CHECKING:
    from tests.overlay.conftest import Root

STATE_DIR = "/var/nix"
SOCKET = f"{STATE_DIR}/daemon-socket/socket"
PROFILE_LINK = "/etc/skel/.local/state/nix/profiles/profile-1-link"

CONFIG = """
build-users-group =
experimental-features = nix-command flakes
sandbox = false
substituters =
"""

NO_NETWORK = "substituters ="

VOID_NIX_DAEMON_SH = f"""\
# Stands in for Void's /etc/profile.d/nix-daemon.sh and for the state directory that Void's Nix
# was compiled with. Nothing is fetched in tests.
export NIX_REMOTE=daemon NIX_STATE_DIR={STATE_DIR} NIX_CONFIG='{NO_NETWORK}'
"""

VOID_NIX_SH = """\
# Stands in for Void's /etc/profile.d/nix.sh: what is known of it, in other words.
NIX_PROFILES="/nix/var/nix/profiles/default $HOME/.nix-profile"
for kind in profiles gcroots; do
	mkdir -m 0755 -p "/nix/var/nix/$kind/per-user/$USER"
	[ -O "/nix/var/nix/$kind/per-user/$USER" ] || echo "WARNING: bad ownership" >&2
done
if [ -w "$HOME" ] && ! [ -L "$HOME/.nix-profile" ]; then
	ln -s "/nix/var/nix/profiles/per-user/$USER/profile" "$HOME/.nix-profile"
fi
PATH=$HOME/.nix-profile/bin:/nix/var/nix/profiles/default/bin:$PATH
export NIX_PROFILES PATH
"""

DAEMON = f"""\
export NIX_STATE_DIR={STATE_DIR} NIX_CONFIG='{NO_NETWORK}'
nix-daemon > /dev/null 2>&1 &
daemon=$!
trap 'kill "$daemon"' EXIT
for _ in $(seq 300); do
	[ -S {SOCKET} ] && break
	sleep 0.1
done
"""


@frozen
class Baked:
    """A built image: the folder of its /nix, its project, and store paths."""

    nix: Path
    project: Path
    image: str
    profile: str
    dice: str
    """A package that the image does not have."""

    def read(self, name: str) -> str:
        """Read a file of the image's default output, or one that it links to."""
        file = self.on_disk(f"{self.image}/{name}")
        return (self.on_disk(str(file.readlink())) if file.is_symlink() else file).read_text()

    def on_disk(self, path: str) -> Path:
        return self.nix / Path(path).relative_to("/nix")

    def include(self, path: str) -> Path:
        """Return where the overlay's ``path`` is."""
        return self.on_disk(str(self.on_disk(f"{self.image}/include").readlink())) / path[1:]

    def paths(self) -> list[str]:
        """Return the store paths in the ISO."""
        return self.read("store-paths").split()

    def nix_store(self, *words: str) -> bytes:
        """Run `nix-store` with the store in which the image was built."""
        return in_store(self.nix, "nix-store", *words)


def bake(folder: Path) -> Baked:
    """Build the offline example as a user does, in its own /nix."""
    busybox = os.environ.get("VOIDGEN_BUSYBOX") or shutil.which("busybox")
    assert busybox, "the tests need a static busybox (Debian: apt install busybox-static)"
    project, nix = folder / "project", folder / "nix"
    nix.mkdir()
    for words, place in (
        (("init", "--offline", "--busybox", busybox, str(project)), folder),
        (("generate",), project),
    ):
        done = voidgen(*words, cwd=place)
        assert done.status == 0, done.err
    expression = project / "set.nix"
    expression.write_text(
        'import ./packages/2026.10 {\n  system = "x86_64-linux"; config = { }; overlays = [ ];\n}\n'
    )
    build = ("nix", "build", "--json", "--no-link")
    (image,) = json.loads(in_store(nix, *build, f"{project}#default"))
    (dice,) = json.loads(in_store(nix, *build, "-f", str(expression), "dice"))
    out = image["outputs"]["out"]
    profile = (nix / Path(out).relative_to("/nix") / "profile").readlink()
    return Baked(nix, project, out, str(profile), dice["outputs"]["out"])


def install_overlay(baked: Baked, root: Root) -> None:
    """Copy the built overlay over ``root``, with the manifest's modes."""
    lay_overlay(baked, root.folder)


def lay_overlay(baked: Baked, root: Path) -> None:
    """As `install_overlay`, for a folder."""
    for entry in json.loads(baked.read("manifest.json"))["plan"]["include"]:
        source, place = baked.include(entry["path"]), root / entry["path"][1:]
        place.parent.mkdir(parents=True, exist_ok=True)
        if entry["type"] == "directory" and "made-by" in entry:
            # With the times of the store, as in an ISO.
            shutil.copytree(source, place)
        elif entry["type"] == "directory":
            place.mkdir(exist_ok=True)
        else:
            place.unlink(missing_ok=True)
            shutil.copy2(source, place, follow_symlinks=False)
        if "mode" in entry:
            place.chmod(int(entry["mode"], 8))


def lay_store(baked: Baked, root: Path) -> None:
    """Copy the closure and its registration into a folder."""
    for path in baked.paths():
        source, place = baked.on_disk(path), root / path[1:]
        place.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, place, symlinks=True)
        else:
            shutil.copy2(source, place)
    (root / "nix/registration").write_text(baked.read("registration"))


def install_store(baked: Baked, root: Root) -> None:
    """Give ``root`` the closure, its registration, and the files of Void's nix package."""
    lay_store(baked, root.folder)
    for name in ("profile", "shells"):
        shutil.copy2(Path("/etc") / name, root.path(f"/etc/{name}"))
    root.write("/etc/profile.d/nix-daemon.sh", VOID_NIX_DAEMON_SH)
    root.write("/etc/profile.d/nix.sh", VOID_NIX_SH)
    for name in ("profiles/per-user", "gcroots/per-user", "db", "temproots", "userpool"):
        root.path(f"/nix/var/nix/{name}").mkdir(parents=True, exist_ok=True)
    for name in ("profiles", "gcroots"):
        root.path(f"/nix/var/nix/{name}/per-user").chmod(0o1777)


def install(baked: Baked, root: Root) -> None:
    """Give ``root`` an ISO's Nix files, and a live user."""
    install_store(baked, root)
    link = root.path(PROFILE_LINK)
    link.unlink()
    link.symlink_to(baked.profile)
    root.run("useradd", "-m", "-s", "/bin/bash", "live")


def release() -> tuple[int, int]:
    """Return the release of the Nix that these tests use."""
    said = subprocess.check_output(["nix", "--version"], text=True)
    found = re.search(r"(\d+)\.(\d+)", said)
    assert found, said
    return int(found[1]), int(found[2])


def give_release(root: Root) -> None:
    """If PATH has another Nix before /usr's, have ``root`` use that one."""
    program = Path(shutil.which("nix") or "")
    if program.is_relative_to("/usr"):
        return
    root.binds["/opt"] = program.parents[1].absolute()
    # On Debian, Nix's other programs are links to this one.
    root.write("/usr/bin/nix", '#!/bin/sh\nexec "/opt/bin/${0##*/}" "$@"\n', 0o755)


def with_daemon(root: Root, commands: str) -> subprocess.CompletedProcess[str]:
    """Run ``commands`` as root while a nix-daemon runs."""
    return root.run("sh", "-euc", DAEMON + commands)


def login(user: str, commands: str) -> str:
    """Return a command that runs ``commands`` in a login shell of ``user``."""
    return f"su - {user} -c {shlex.quote(commands)}\n"


def profile_add() -> str:
    """Return `nix profile`'s verb: `add` since 2.30, `install` before."""
    return "add" if release() >= (2, 30) else "install"


def in_store(nix: Path, *argv: str) -> bytes:
    """Run a command on this machine with ``nix`` for its /nix."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("NIX_")}
    done = subprocess.run(
        ["bwrap", "--die-with-parent", "--dev-bind", "/", "/", "--bind", str(nix), "/nix", *argv],
        env={**env, "HOME": str(nix.parent), "NIX_CONFIG": CONFIG},
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout
