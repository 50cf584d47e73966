"""Void's Nix on the live system: its settings, trusted users, and the image's store paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.overlay.conftest import needs_root, shells
from tests.overlay.live_nix import (
    SOCKET,
    STATE_DIR,
    VOID_NIX_DAEMON_SH,
    install,
    login,
    with_daemon,
)

if TYPE_CHECKING:
    from tests.overlay.conftest import MakeRoot, Root
    from tests.overlay.live_nix import Baked

SETUP = "/etc/runit/live-setup.sh"
PART = "/etc/runit/live-setup.d/30-nix"


def settings(root: Root) -> dict[str, str]:
    """Return the real Nix's settings."""
    # `nix config show` since Nix 2.20.
    show = "nix config show 2> /dev/null || nix show-config"
    lines = root.run("sh", "-c", show).stdout.splitlines()
    return dict(line.split(" = ", 1) for line in lines if " = " in line)


@needs_root
def test_settings_on_a_live_boot(make_root: MakeRoot) -> None:
    root = make_root("nix-daemon", image={"user": "ada"})
    root.cmdline = "quiet live.user=ada"
    root.run(SETUP)
    found = settings(root)
    assert set(found["experimental-features"].split()) == {"nix-command", "flakes"}
    assert found["sandbox"] == "false"
    assert found["auto-optimise-store"] == "true"
    assert found["trusted-users"] == "root ada"


def test_an_installed_system_trusts_only_root(make_root: MakeRoot) -> None:
    root = make_root("nix-daemon")
    root.cmdline = "quiet root=/dev/sda1"
    root.run(SETUP)
    found = settings(root)
    assert found["trusted-users"] == "root"
    assert found["sandbox"] == "false"
    assert set(found["experimental-features"].split()) == {"nix-command", "flakes"}


def test_settings_follow_the_options(make_root: MakeRoot) -> None:
    options = {"nix-daemon": {"sandbox": True, "optimise-store": False}}
    found = settings(make_root("nix-daemon", options=options))
    assert found["sandbox"] == "true"
    assert found["auto-optimise-store"] == "false"


def test_extra_lines_are_added_to_nix_conf(make_root: MakeRoot) -> None:
    lines = ["cores = 3", "trusted-users = root @wheel"]
    root = make_root("nix-daemon", options={"nix-daemon": {"extra-lines": lines}})
    root.run(SETUP)
    found = settings(root)
    assert found["cores"] == "3"
    assert set(found["trusted-users"].split()) == {"root", "@wheel", "live"}


BUILD = (
    "derivation { name = builtins.toString builtins.currentTime; system = builtins.currentSystem; "
    'builder = "/bin/sh"; args = [ "-c" "echo built by $(/usr/bin/id -un) > $out" ]; }'
)


@needs_root
@pytest.mark.parametrize(
    ("group", "builder"),
    [
        ("", "root"),
        ("nixbld:x:996:\n", "root"),
        ("nixbld:x:30000:builder\n", "builder"),
    ],
    ids=["no group", "an empty group", "a group with a member"],
)
def test_the_live_user_can_build(make_root: MakeRoot, group: str, builder: str) -> None:
    root = make_root("nix-daemon")
    root.run("useradd", "-m", "-s", "/bin/bash", "live")
    root.run("useradd", "-r", "-M", "builder")
    with root.path("/etc/group").open("a") as stream:
        stream.write(group)
    for name in ("profile", "profile.d/nix-daemon.sh"):
        root.write(f"/etc/{name}", VOID_NIX_DAEMON_SH)
    root.run(SETUP)
    build = f"cat $(nix-build --no-out-link -E '{BUILD}')"
    done = with_daemon(root, login("live", build))
    assert done.stdout == f"built by {builder}\n"


@needs_root
def test_the_daemon_accepts_unsigned_paths_only_from_the_live_user(
    make_root: MakeRoot, baked: Baked
) -> None:
    root = make_root("nix-daemon", "nix-profile")
    install(baked, root)
    root.run("useradd", "-m", "grace")
    root.path("/run/dice").write_bytes(baked.nix_store("--export", baked.dice))
    root.run(SETUP)
    from_user = "nix-store --import < /run/dice"
    done = with_daemon(
        root,
        f"{login('grace', from_user)[:-1]} && exit 1\n"
        f"! [ -e {baked.dice} ]\n"
        f"{login('live', from_user)}"
        f"nix-store --verify-path {baked.dice}\n",
    )
    assert "lacks a" in done.stderr
    assert baked.dice in done.stdout


@needs_root
@shells
def test_baked_paths_are_valid_and_kept(
    make_root: MakeRoot, baked: Baked, shell: tuple[str, ...]
) -> None:
    root = make_root("nix-daemon", "nix-profile")
    install(baked, root)
    env = {"NIX_STATE_DIR": STATE_DIR}
    before = root.run("nix-store", "--check-validity", baked.profile, env=env, check=False)
    assert before.returncode != 0
    part = {"LIVE_USER": "live", "LIVE_RUN": "/run"}
    for _ in range(2):  # a second time changes nothing
        root.run(*shell, PART, env=part)
        root.run("nix-store", "--verify-path", *baked.paths(), env=env)
    root.write("/run/rubbish", "not of the image\n")
    rubbish = root.run("nix-store", "--add", "/run/rubbish", env=env).stdout.strip()
    assert root.path(rubbish).exists()
    root.run("nix-collect-garbage", env=env)
    assert not root.path(rubbish).exists()
    root.run("nix-store", "--verify-path", *baked.paths(), env=env)


@needs_root
def test_the_state_directory_follows_voidgen_toml(make_root: MakeRoot, baked: Baked) -> None:
    # Debian's Nix uses this directory if NIX_STATE_DIR is not set.
    root = make_root("nix-daemon", "nix-profile", nix={"state-dir": "/nix/var/nix"})
    install(baked, root)
    root.run(SETUP)
    root.run("nix-store", "--verify-path", *baked.paths())
    assert not root.path(STATE_DIR).exists()


@needs_root
def test_an_image_without_nix_packages_boots(make_root: MakeRoot) -> None:
    root = make_root("nix-daemon")
    said = root.run(SETUP).stdout
    assert "30-nix: done" in said
    with_daemon(root, f"[ -S {SOCKET} ]")
