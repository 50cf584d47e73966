"""The image's profile in a user's session: programs, desktop entries, `nix profile`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.overlay.conftest import needs_root
from tests.overlay.live_nix import PROFILE_LINK, install, login, profile_add, with_daemon

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.overlay.conftest import MakeRoot, Root
    from tests.overlay.live_nix import Baked

pytestmark = needs_root

SETUP = "/etc/runit/live-setup.sh"
LINK = ".local/state/nix/profiles/profile"
SHELLS = {"bash": "/usr/bin/bash", "dash": "/usr/bin/dash", "busybox": "/usr/local/bin/ash"}
DATA = [
    "/usr/local/share/nix-profile", "/home/live/.nix-profile/share",
    "/usr/local/share", "/usr/share",
]  # fmt: skip
# Finds the desktop entry `greet.desktop` as applications do (basedir-spec).
FIND_ENTRY = """\
IFS=:
for folder in $XDG_DATA_DIRS; do
	if [ -e "$folder/applications/greet.desktop" ]; then
		echo "entry: $folder"
	fi
done
"""


@pytest.fixture
def root(make_root: MakeRoot, baked: Baked) -> Root:
    """A live system after its boot."""
    root = make_root("nix-daemon", "nix-profile")
    install(baked, root)
    root.path("/usr/local/bin").mkdir(parents=True, exist_ok=True)
    root.path("/usr/local/bin/ash").symlink_to("/usr/bin/busybox")
    root.run(SETUP)
    return root


def environment(root: Root, *argv: str) -> Mapping[str, str]:
    lines = root.run(*argv).stdout.splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def test_pam_adds_the_profile_to_the_sessions_xdg_data_dirs(root: Root) -> None:
    found = environment(root, "su", "live", "-c", "env")
    assert found["XDG_DATA_DIRS"].split(":") == DATA


def test_pam_adds_each_users_own_profile_on_an_installed_system(
    make_root: MakeRoot, baked: Baked
) -> None:
    root = make_root("nix-profile")
    install(baked, root)
    root.cmdline = "root=/dev/sda1"
    root.run(SETUP)
    root.run("useradd", "-m", "ada")
    found = environment(root, "su", "ada", "-c", "env")
    assert found["XDG_DATA_DIRS"] == ":".join(DATA).replace("/live/", "/ada/")


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("user", ["live", "ada"])
def test_login_shells_find_baked_programs_and_desktop_entries(
    root: Root, shell: str, user: str
) -> None:
    if user != "live":
        root.run("useradd", "-m", user)
    for _ in range(2):
        done = root.run("su", "-", user, "-s", SHELLS[shell], "-c", f"greet; env\n{FIND_ENTRY}")
        said = done.stdout.splitlines()
        assert f"Hello, {user}!" in said
        assert f"entry: /home/{user}/.nix-profile/share" in said
        assert f"NIX_PROFILES=/nix/var/nix/profiles/default /home/{user}/.nix-profile" in said
        # Void's nix.sh has run, and has not changed the link.
        assert str(root.path(f"/home/{user}/.nix-profile").readlink()) == LINK
        assert done.stderr == ""


def test_sourcing_the_script_twice_adds_the_profile_once(root: Root) -> None:
    nested = login(
        "live", ". /etc/profile.d/nix-prebaked.sh; . /etc/profile.d/nix-prebaked.sh; env"
    )
    found = environment(root, "sh", "-c", nested)
    assert found["XDG_DATA_DIRS"].split(":") == DATA


@pytest.mark.parametrize("shell", [("bash", "--posix"), ("dash",), ("busybox", "ash")])
@pytest.mark.parametrize("home", [{}, {"HOME": "/nowhere"}, {"HOME": "/root"}])
def test_sessions_without_a_profile_are_not_changed(
    root: Root, shell: tuple[str, ...], home: Mapping[str, str]
) -> None:
    script = "set -eu; unset HOME; " if not home else "set -eu; "
    done = root.run(*shell, "-c", f"{script}. /etc/profile.d/nix-prebaked.sh; env", env=home)
    assert "nix-profile" not in done.stdout
    assert done.stderr == ""


def test_sessions_have_the_locales_and_certificates_of_nix(
    make_root: MakeRoot, baked: Baked
) -> None:
    nix = {"locales": [], "certificates": "/etc/ssl/own.crt"}
    root = make_root("nix-profile", nix=nix)
    install(baked, root)
    root.run(SETUP)
    for command in (("su", "live", "-c", "env"), ("su", "-", "live", "-c", "env")):
        found = environment(root, *command)
        assert found["LOCALE_ARCHIVE"] == "/usr/local/share/nix-locales/locale-archive"
        assert found["NIX_SSL_CERT_FILE"] == "/etc/ssl/own.crt"


def test_nix_profile_adds_through_the_generation_link(root: Root, baked: Baked) -> None:
    (root.path("/run/dice")).write_bytes(baked.nix_store("--export", baked.dice))
    before = str(root.path(PROFILE_LINK).readlink())
    commands = f"nix-store --import < /run/dice; nix profile {profile_add()} {baked.dice}"
    done = with_daemon(root, login("live", f"{commands}; greet; command -v dice; nix profile list"))
    assert "Hello, live!" in done.stdout
    assert "/home/live/.nix-profile/bin/dice" in done.stdout
    assert baked.dice in done.stdout
    home = root.path("/home/live")
    assert str((home / ".nix-profile").readlink()) == LINK
    assert str((home / LINK).readlink()) == "profile-2-link"
    # The generation before, to which `nix profile rollback` returns, is the image's.
    assert str((home / f"{LINK}-1-link").readlink()) == before


def test_nix_profile_needs_the_generation_link(root: Root, baked: Baked) -> None:
    """Nix cannot replace a link straight to the store (docs/explanation/replaced-system.md, 8)."""
    link = root.path("/home/live/.nix-profile")
    link.unlink()
    link.symlink_to(baked.profile)
    (root.path("/run/dice")).write_bytes(baked.nix_store("--export", baked.dice))
    commands = f"nix-store --import < /run/dice; nix profile {profile_add()} {baked.dice}"
    done = with_daemon(root, f"{login('live', commands)[:-1]} || echo failed")
    assert "failed" in done.stdout
    assert "symlink" in done.stderr


@pytest.mark.parametrize("shell", SHELLS)
def test_a_profile_that_links_to_itself_is_repaired_at_login(root: Root, shell: str) -> None:
    # Section 9 of docs/explanation/replaced-system.md.
    switch = "nix-env --switch-profile ~/.nix-profile; greet || echo broken"
    done = with_daemon(root, login("live", switch))
    link = root.path("/home/live/.nix-profile")
    assert str(link.readlink()) == ".nix-profile"
    assert "broken" in done.stdout
    greeted = root.run("su", "-", "live", "-s", SHELLS[shell], "-c", "greet")
    assert greeted.stdout == "Hello, live!\n"
    assert str(link.readlink()) == LINK


@pytest.mark.parametrize("target", ["./.nix-profile", "/home/live/.nix-profile"])
def test_other_spellings_of_a_link_to_itself_are_repaired(root: Root, target: str) -> None:
    link = root.path("/home/live/.nix-profile")
    link.unlink()
    link.symlink_to(target)
    assert root.run("sh", "-c", login("live", "greet")).stdout == "Hello, live!\n"


@pytest.mark.parametrize("target", ["/nix/var/nix/profiles/per-user/live/profile", "elsewhere"])
def test_other_dangling_links_are_not_changed(root: Root, target: str) -> None:
    link = root.path("/home/live/.nix-profile")
    link.unlink()
    link.symlink_to(target)
    root.run("sh", "-c", login("live", "true"))
    assert str(link.readlink()) == target


def test_without_a_generation_a_link_to_itself_becomes_voids_link(root: Root) -> None:
    home = root.path("/home/live")
    (home / LINK).unlink()
    (home / ".nix-profile").unlink()
    (home / ".nix-profile").symlink_to(".nix-profile")
    root.run("sh", "-c", login("live", "true"))
    assert str((home / ".nix-profile").readlink()) == "/nix/var/nix/profiles/per-user/live/profile"


def test_extra_lines_are_added_to_zshenv(make_root: MakeRoot) -> None:
    lines = ["export MINE='a b'", "setopt no_global_rcs"]
    root = make_root("nix-profile", options={"nix-profile": {"zshenv-lines": lines}})
    assert root.path("/etc/zsh/zshenv").read_text().splitlines()[-2:] == lines
