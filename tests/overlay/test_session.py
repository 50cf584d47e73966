"""The live user and its graphical session (docs/contributing/live-system-tests.md, 3 and 5)."""

from __future__ import annotations

import shutil
import stat
from configparser import ConfigParser
from typing import TYPE_CHECKING

import pytest
from tests.overlay import mklive
from tests.overlay.conftest import PROFILE, needs_root, shells
from tests.overlay.debian import unpacked

if TYPE_CHECKING:
    from subprocess import CompletedProcess

    from tests.overlay.conftest import MakeRoot, Root

pytestmark = needs_root


SUDOERS = "root ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n"
PROFILES = ".local/state/nix/profiles"
CHAIN = ("profile", "profile-1-link")
CONF = "/etc/lightdm/lightdm.conf"


def run_part(
    root: Root, name: str, user: str, *shell: str, check: bool = True
) -> CompletedProcess[str]:
    root.path("/run/live-setup").mkdir(exist_ok=True)
    env = {"LIVE_USER": user, "LIVE_RUN": "/run/live-setup", "PATH": "/usr/bin:/usr/sbin"}
    return root.run(*shell, f"/etc/runit/live-setup.d/{name}", env=env, check=check)


def groups(root: Root, user: str) -> set[str]:
    return set(root.run("id", "-nG", user).stdout.split())


def may(root: Root, user: str) -> str:
    """Return what the real sudo allows ``user`` to do."""
    return root.run("sudo", "-l", "-U", user, check=False).stdout


@shells
@pytest.mark.parametrize("user", ["live", "a-long_name9"])
def test_the_live_user_joins_groups_that_exist(
    make_root: MakeRoot, shell: tuple[str, ...], user: str
) -> None:
    wanted = ["plugdev", "input", "no-such-group", "with space", "network"]
    root = make_root("live-user", options={"live-user": {"groups": wanted}})
    root.write("/etc/sudoers", SUDOERS, 0o440)
    mklive.adduser(root, user)
    root.run("groupadd", "network")
    before = groups(root, user)
    there = {name for name in (*wanted[:2], "network") if exists(root, name)}
    assert "network" in there
    run_part(root, "10-user", user, *shell)
    assert groups(root, user) == before | there
    files = ("/etc/group", "/etc/gshadow", "/etc/passwd", "/run/live-setup/sudoers")
    once = [root.path(path).read_bytes() for path in files]
    run_part(root, "10-user", user, *shell)
    assert [root.path(path).read_bytes() for path in files] == once


@shells
def test_an_incomplete_home_is_completed(make_root: MakeRoot, shell: tuple[str, ...]) -> None:
    root = make_root("live-user", "nix-profile")
    root.write("/etc/skel/.bashrc", "# all of it\n")
    mklive.adduser(root, "anna")
    home = root.path("/home/anna")
    # Debian's useradd works without /proc, but others may not: here is the worst case.
    shutil.rmtree(home / ".local")
    (home / ".local").mkdir(0o700)
    (home / ".bashrc").unlink(missing_ok=True)
    (home / ".profile").write_text("# the user's own\n")
    root.run("chown", "-R", "anna:", "/home/anna")
    for _ in range(2):
        run_part(root, "10-user", "anna", *shell)
        chain = [home / ".nix-profile", *(home / PROFILES / name for name in CHAIN)]
        targets = ["/".join((PROFILES, CHAIN[0])), CHAIN[1], PROFILE]
        assert [str(link.readlink()) for link in chain] == targets
        assert (home / ".bashrc").read_text() == "# all of it\n"
        assert (home / ".profile").read_text() == "# the user's own\n"
        owners = root.run("find", "/home/anna", "!", "-user", "anna").stdout
        assert owners == ""


def exists(root: Root, group: str) -> bool:
    return root.run("getent", "group", group, check=False).returncode == 0


def test_extra_lines_are_added_to_lightdm_conf(make_root: MakeRoot) -> None:
    lines = ["greeter-hide-users=true", "[LightDM]", "minimum-vt=2"]
    options = {"lightdm-live": {"extra-lines": lines, "session": "xfce"}}
    root = make_root("lightdm-live", "xfce-live", options=options)
    found = ConfigParser(strict=False)
    found.read(root.path(CONF))
    assert found["Seat:*"]["greeter-hide-users"] == "true"
    assert found["LightDM"]["minimum-vt"] == "2"


def test_the_default_groups_are_those_of_a_desktop_user(make_root: MakeRoot) -> None:
    root = make_root("live-user")
    mklive.adduser(root)
    for name in ("plugdev", "input", "network", "docker"):
        root.run("groupadd", "--force", name)
    run_part(root, "10-user", "live")
    assert groups(root, "live") >= {"plugdev", "input", "network", "docker"}


@shells
def test_sudo_accepts_the_live_users_rule(make_root: MakeRoot, shell: tuple[str, ...]) -> None:
    root = make_root("live-user")
    root.write("/etc/sudoers", SUDOERS, 0o440)
    root.run("useradd", "-m", "anna")
    assert "not allowed" in may(root, "anna")
    root.run("visudo", "-c")
    run_part(root, "10-user", "anna", *shell)
    root.run("visudo", "-c")
    root.run("visudo", "-cf", "/etc/sudoers.d/live")
    assert "(ALL : ALL) NOPASSWD: ALL" in may(root, "anna")
    assert (
        root.run("stat", "-L", "-c", "%a %U:%G", "/etc/sudoers.d/live").stdout == "440 root:root\n"
    )


def test_without_the_option_there_is_no_sudo_rule(make_root: MakeRoot) -> None:
    root = make_root("live-user", options={"live-user": {"sudo": False}})
    root.write("/etc/sudoers", SUDOERS, 0o440)
    root.run("useradd", "-m", "anna")
    run_part(root, "10-user", "anna")
    assert "not allowed" in may(root, "anna")


@shells
def test_a_wrong_sudo_rule_is_skipped_and_others_apply(
    make_root: MakeRoot, shell: tuple[str, ...]
) -> None:
    rules = [
        "LIVE ALL=(root) NOPASSWD: /usr/bin/true",
        "LIVE ALL = what is 'this' \\",
        "LIVE ALL=(nobody) NOPASSWD: /usr/bin/id",
    ]
    root = make_root("live-user", options={"live-user": {"sudo": False, "sudo-rules": rules}})
    root.write("/etc/sudoers", SUDOERS, 0o440)
    root.run("useradd", "-m", "anna")
    done = run_part(root, "10-user", "anna", *shell, check=False)
    assert done.returncode == 1
    assert f"refused by visudo: {rules[1]}" in done.stderr
    root.run("visudo", "-c")
    listed = may(root, "anna")
    assert "(root) NOPASSWD: /usr/bin/true" in listed
    assert "(nobody) NOPASSWD: /usr/bin/id" in listed


@shells
def test_a_missing_user_gets_no_sudo_rule(make_root: MakeRoot, shell: tuple[str, ...]) -> None:
    root = make_root("live-user")
    assert run_part(root, "10-user", "nobody-here", *shell, check=False).returncode != 0
    assert not root.path("/run/live-setup/sudoers").exists()


def lightdm(root: Root) -> dict[str, str]:
    """Return the seat's settings as the real LightDM reads them."""
    program = root.path("/usr/sbin/lightdm")
    program.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(unpacked("lightdm") / "usr" / "sbin" / "lightdm", program)
    done = root.run("lightdm", "--show-config")
    # LightDM prints settings to standard error, each with a letter for its file.
    lines = (line.split(maxsplit=1) for line in done.stderr.partition("Sources:")[0].splitlines())
    return dict(line[1].split("=", 1) for line in lines if len(line) == 2 and "=" in line[1])


@shells
def test_lightdm_logs_the_live_user_in(make_root: MakeRoot, shell: tuple[str, ...]) -> None:
    root = make_root("xfce-live", options={"lightdm-live": {"session": "xfce"}})
    before = root.path(CONF).read_text()
    assert not {key for key in lightdm(root) if key.startswith(("autologin", "user-session"))}
    mklive.autologin(root, "anna")
    expected = {
        "autologin-user": "anna",
        "autologin-user-timeout": "0",
        "autologin-session": "xfce",
        "user-session": "xfce",
        "session-wrapper": "/etc/lightdm/Xsession",
        "greeter-session": "lightdm-gtk-greeter",
    }
    assert lightdm(root).items() >= expected.items()
    run_part(root, "40-lightdm", "anna", *shell)
    assert lightdm(root).items() >= expected.items()
    # The file is unchanged: an installed copy logs nobody in, and the hook works again.
    assert root.path(CONF).read_text() == before
    assert stat.S_IMODE(root.path(CONF).stat().st_mode) == 0o644
    run_part(root, "40-lightdm", "anna", *shell)
    assert lightdm(root).items() >= expected.items()
    mklive.autologin(root, "bert")
    run_part(root, "40-lightdm", "bert", *shell)
    assert lightdm(root).items() >= {**expected, "autologin-user": "bert"}.items()


def test_nobody_is_logged_in_without_mklives_autologin(make_root: MakeRoot) -> None:
    root = make_root("cinnamon-live")
    run_part(root, "40-lightdm", "live")
    assert not {key for key in lightdm(root) if key.startswith("autologin")}


def test_lightdm_sets_no_environment(make_root: MakeRoot) -> None:
    root = make_root("cinnamon-live")
    mklive.autologin(root)
    conf = ConfigParser(interpolation=None)
    conf.read_string(root.path(CONF).read_text())
    for found in (dict(conf["Seat:*"]), lightdm(root)):
        assert not {"greeter-env", "session-env"} & found.keys()
    for file in root.path("/etc/lightdm").rglob("*"):
        assert not file.is_file() or "-env" not in file.read_text()


def test_the_hook_reads_the_session_as_a_shell_does(make_root: MakeRoot) -> None:
    root = make_root("cinnamon-live")
    said = root.run("sh", "-c", 'printf "<%s>" "$(cat /etc/lightdm/.session)"').stdout
    assert said == "<cinnamon>"
    assert root.path("/etc/lightdm/.session").read_bytes() == b"cinnamon"


@shells
@pytest.mark.parametrize("more", [[], ["audio", "no-such-group", "cdrom"]])
def test_the_live_user_is_in_the_groups_of_voidgen_toml_alone(
    make_root: MakeRoot, shell: tuple[str, ...], more: list[str]
) -> None:
    root = make_root("live-user", image={"groups": more})
    root.write("/etc/sudoers", SUDOERS, 0o440)
    mklive.adduser(root)
    assert {"audio", "video", "sudo"} < groups(root, "live")
    run_part(root, "10-user", "live", *shell)
    ran = run_part(root, "11-groups", "live", *shell, check=False)
    assert groups(root, "live") == {"live", *more} - {"no-such-group"}
    assert bool(ran.returncode) is bool(more)
    assert ran.stderr == ("there is no group no-such-group\n" if more else "")
