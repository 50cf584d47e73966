"""A live system's Nix works with the closure in the ISO.

The root has only the built overlay and the closure, as the ISO has them, and the files that any
Void has. `make test-nix-versions` also runs these tests with later releases of Nix.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.overlay.conftest import needs_root
from tests.overlay.live_nix import (
    PROFILE_LINK,
    STATE_DIR,
    give_release,
    login,
    profile_add,
    release,
    with_daemon,
)
from tests.overlay.mklive import adduser

if TYPE_CHECKING:
    from tests.overlay.conftest import Root
    from tests.overlay.live_nix import Baked

pytestmark = needs_root

SETUP = "/etc/runit/live-setup.sh"
FLAKE = "/etc/voidgen/packages"
ATTRIBUTE = "legacyPackages.x86_64-linux"
OWN = """{
  outputs = _: {
    packages.x86_64-linux.notebook = (import ./set/2026.04 { system = "x86_64-linux"; }).notebook;
  };
}
"""
STATE = f"export NIX_STATE_DIR={STATE_DIR}\n"
ALL_VALID = "nix-store --verify-path $(cat /run/baked)\n"


@pytest.fixture
def root(live_root: Root, baked: Baked) -> Root:
    """A live system after its boot."""
    give_release(live_root)
    adduser(live_root)
    said = live_root.run(SETUP).stdout
    assert "live-setup: 30-nix: done" in said
    live_root.write("/run/baked", "\n".join(baked.paths()))
    return live_root


def names(listed: str) -> set[str]:
    """Return the attribute paths that `nix profile list` shows, in 2.8's form or the later one."""
    return set(re.findall(rf"{re.escape(ATTRIBUTE)}\.[^\s^]+", listed))


def test_nix_profile_list_shows_packages_and_their_flake(root: Root, baked: Baked) -> None:
    said = with_daemon(root, login("live", "nix profile list")).stdout
    packages = json.loads(baked.read("manifest.json"))["packages"]
    wanted = {f"{ATTRIBUTE}.{package['name'].partition('^')[0]}" for package in packages}
    assert names(said) == wanted
    assert f"path:{FLAKE}?lastModified=1&narHash=sha256-" in said
    # It has no path of the machine that built it.
    assert str(baked.project) not in said
    assert not root.path("/home/live/.nix-profile/manifest.nix").exists()


def test_the_profiles_url_has_the_hash_of_the_flake(root: Root) -> None:
    ask = f"nix flake metadata --json path:{FLAKE}"
    found = json.loads(with_daemon(root, login("live", ask)).stdout)
    manifest = root.path(root_of(root, "/home/live/.nix-profile")) / "manifest.json"
    urls = {element["url"] for element in json.loads(manifest.read_text())["elements"]}
    # Releases of Nix escape different characters.
    assert {url.replace("%2B", "+").replace("%3D", "=") for url in urls} == {
        f"path:{FLAKE}?lastModified={found['lastModified']}&narHash={found['locked']['narHash']}"
    }


def test_the_live_user_changes_the_profile_without_root(root: Root, baked: Baked) -> None:
    home = root.path("/home/live")
    lock = json.loads(root.path(f"{FLAKE}/flake.lock").read_text())
    shutil.copytree(root.path(lock["nodes"]["nixpkgs"]["locked"]["path"]), home / "own/set")
    (home / "own/flake.nix").write_text(OWN)
    root.run("chown", "-R", "live:", "/home/live/own")
    unfree = "proverb-of-the-day"
    # Profiles have priorities since Nix 2.10, and names since 2.20.
    make_room = "" if release() >= (2, 10) else f"nix profile remove {ATTRIBUTE}.notebook\n"
    gone = unfree if release() >= (2, 20) else f"{ATTRIBUTE}.{unfree}"
    done = with_daemon(
        root,
        login(
            "live",
            f"greet; {unfree} > /dev/null; readlink -f ~/.nix-profile/bin/notebook\n"
            f"{make_room}"
            # The user's package takes precedence over the image's.
            f"nix profile {profile_add()} path:/home/live/own#notebook\n"
            "readlink -f ~/.nix-profile/bin/notebook\n"
            f"nix profile remove {gone}; ! [ -e ~/.nix-profile/bin/{unfree} ]\n"
            # An unfree package is allowed as in the image, and needs no build.
            f"nix profile {profile_add()} {FLAKE}#{unfree}\n"
            f"readlink -f ~/.nix-profile/bin/{unfree}; command -v {unfree}\n"
            # The registry's nixpkgs is the locked one. This package must be built.
            f"nix profile {profile_add()} nixpkgs#dice; dice\n"
            "nix-store --query --deriver ~/.nix-profile > /dev/null",
        ),
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 6, done
    assert lines[0] == "Hello, live!"
    assert lines[1].endswith("-notebook-1.0/bin/notebook")
    assert lines[2].endswith("-notebook-0.9/bin/notebook")
    assert str(Path(lines[3]).parents[1]) in baked.paths()
    assert lines[4] == f"/home/live/.nix-profile/bin/{unfree}"
    assert re.fullmatch(r"[1-6]", lines[5])
    assert "-2.9" in root_of(root, "/home/live/.nix-profile/bin/dice")
    # The first generation is the image's.
    assert root_of(root, "/home/live/.local/state/nix/profiles/profile-1-link") == baked.profile


def test_upgrade_follows_the_flake_of_the_image(root: Root) -> None:
    every = "--all" if release() >= (2, 20) else "'.*'"
    upgrade = login("live", f"nix profile upgrade {every}; readlink -f ~/.nix-profile/bin/notebook")
    move = f"sed -i s/2026.10/2026.04/ {FLAKE}/flake.nix\n"
    done = with_daemon(root, f"{upgrade}{move}{upgrade}")
    before, after = (line for line in done.stdout.splitlines() if line.startswith("/nix/store/"))
    assert before.endswith("-notebook-1.0/bin/notebook")
    assert after.endswith("-notebook-0.9/bin/notebook")


def test_garbage_collection_keeps_the_images_paths(root: Root, baked: Baked) -> None:
    root.write("/run/rubbish", "not of the image\n")
    done = with_daemon(
        root,
        STATE
        + "nix-store --add /run/rubbish\n"
        + login("live", f"nix profile {profile_add()} {FLAKE}#dice; nix-collect-garbage -d")
        + f"nix-collect-garbage -d\n{ALL_VALID}"
        + "nix-store --verify --check-contents\nnix store verify --all --no-trust\n"
        + login("live", "greet; dice"),
    )
    rubbish = done.stdout.splitlines()[0]
    assert rubbish.endswith("-rubbish")
    assert not root.path(rubbish).exists()
    assert "Hello, live!" in done.stdout
    assert all(root.path(path).exists() for path in baked.paths())


def test_a_second_boot_does_not_load_the_registration(root: Root, baked: Baked) -> None:
    """On an installed or persistent system, deleted paths stay deleted."""
    gone = baked.profile
    root.run(
        "sh", "-euc",
        f"{STATE}rm {STATE_DIR}/gcroots/prebaked {PROFILE_LINK}\n"
        f"rm -r /home/live/.local; nix-store --delete {gone}",
    )  # fmt: skip
    assert "30-nix: done" in root.run(SETUP).stdout
    assert root.run("nix-store", "--check-validity", gone, env={"NIX_STATE_DIR": STATE_DIR},
                    check=False).returncode != 0  # fmt: skip
    assert not root.path(f"{STATE_DIR}/gcroots/prebaked").is_symlink()


@pytest.mark.parametrize("seconds", ["0.02", "0.05", "0.1", "0.2"])
def test_an_interrupted_part_is_completed_at_the_next_boot(
    live_root: Root, baked: Baked, seconds: str
) -> None:
    give_release(live_root)
    adduser(live_root)
    part = ("timeout", "-s", "KILL", seconds, "/etc/runit/live-setup.d/30-nix")
    live_root.path("/run/live-setup").mkdir()
    live_root.run(*part, env={"LIVE_USER": "live", "LIVE_RUN": "/run/live-setup"}, check=False)
    assert "30-nix: done" in live_root.run(SETUP).stdout
    live_root.run("nix-store", "--verify-path", *baked.paths(), env={"NIX_STATE_DIR": STATE_DIR})
    assert live_root.path(f"{STATE_DIR}/voidgen-registration").exists()


def test_a_damaged_registration_is_logged_and_the_system_boots(live_root: Root) -> None:
    give_release(live_root)
    adduser(live_root)
    live_root.write("/nix/registration", "/nix/store/half\n")
    said = live_root.run(SETUP).stdout
    assert re.search(r"30-nix: failed with status \d+", said)
    assert not live_root.path(f"{STATE_DIR}/voidgen-registration").exists()
    # The daemon works, and programs run.
    with_daemon(live_root, login("live", "greet"))


def test_an_upstream_nix_sees_the_same_store(root: Root, baked: Baked) -> None:
    """Like upstream's, Debian's Nix was compiled with /nix/var/nix."""
    root.run("nix-store", "--verify-path", *baked.paths())
    # A user's Nix uses the daemon.
    ask = "env -u NIX_STATE_DIR nix-store --query --hash"
    assert with_daemon(root, login("live", f"{ask} {baked.profile}")).stdout.startswith("sha256:")
    # Root's Nix does not.
    root.run("nix-collect-garbage", "-d")
    root.run("nix-store", "--verify-path", *baked.paths())


def test_state_of_an_upstream_nix_stays(live_root: Root) -> None:
    give_release(live_root)
    adduser(live_root)
    live_root.write("/nix/var/nix/db/db.sqlite", "somebody's")
    assert "30-nix: done" in live_root.run(SETUP).stdout
    assert live_root.path("/nix/var/nix/db/db.sqlite").read_text() == "somebody's"
    assert "/nix/var/nix/db is not empty" in live_root.path("/run/live-setup/log").read_text()


def test_every_user_gets_per_user_folders(root: Root) -> None:
    """Nix sets the mode of its per-user folder to 0755 at each start."""
    root.run("useradd", "-m", "-s", "/bin/bash", "grace")
    made = "ls -d /nix/var/nix/*/per-user/$USER\n"
    done = with_daemon(root, login("live", made) + login("grace", made))
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        f"/nix/var/nix/{name}/per-user/{user}"
        for user in ("live", "grace")
        for name in ("gcroots", "profiles")
    ]


def root_of(root: Root, path: str) -> str:
    """Resolve a path in the root."""
    return root.run("readlink", "-f", path).stdout.strip()
