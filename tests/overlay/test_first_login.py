"""The first login, on a real session bus with Cinnamon's real schemas."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from tests.overlay.desktop import CINNAMON, HOME, add_schemas, session, shells

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.overlay.conftest import MakeRoot, Root

SCRIPT = "/usr/local/libexec/apply-live-settings.sh"
ENTRY = "/etc/xdg/autostart/void-live-settings.desktop"
MARKER = f"{HOME}/.void-live-settings-done"
LOG = f"{HOME}/.local/state/void-live-settings.log"
LOOK = {
    "org.cinnamon.desktop.interface gtk-theme": "'Gruvbox-Dark'",
    "org.cinnamon.desktop.interface icon-theme": "'Gruvbox-Plus-Dark'",
    "org.cinnamon.desktop.interface cursor-theme": "'Capitaine Cursors (Gruvbox)'",
    "org.cinnamon.theme name": "'Gruvbox-Dark'",
    "org.cinnamon.desktop.background picture-uri": "'file:///usr/share/backgrounds/gruvbox.svg'",
    "org.cinnamon.desktop.default-applications.terminal exec": "'alacritty'",
    "org.cinnamon.desktop.default-applications.terminal exec-arg": "'-e'",
}


@pytest.fixture(params=shells())
def shell(request: pytest.FixtureRequest) -> str:
    return " ".join(shells()[request.param])


def make(
    make_root: MakeRoot,
    *more: str,
    options: Mapping[str, Any] | None = None,
    own: Path | None = None,
) -> Root:
    modules = ("first-login", "dconf-cinnamon", "theme-gruvbox", *more)
    root = make_root(*modules, options={"first-login": options or {}}, own=own)
    root.path(HOME).mkdir(parents=True)
    return root


@pytest.fixture
def root(make_root: MakeRoot) -> Root:
    root = make(make_root, options={"terminal": "alacritty"})
    add_schemas(root)
    return root


def look(root: Root) -> dict[str, str]:
    script = "".join(f"gsettings get {key}\n" for key in LOOK)
    return dict(zip(LOOK, session(root, script).stdout.splitlines(), strict=True))


def log(root: Root) -> str:
    return root.path(LOG).read_text()


def test_the_settings_are_applied_once(root: Root, shell: str) -> None:
    session(root, f"{shell} {SCRIPT}")
    assert look(root) == LOOK
    assert root.path(MARKER).read_bytes() == b""
    # Later changes by the user stay.
    session(root, "gsettings set org.cinnamon.theme name mine")
    before = log(root)
    session(root, f"{shell} {SCRIPT}")
    assert look(root)["org.cinnamon.theme name"] == "'mine'"
    assert log(root) == before


def test_the_keyboard_is_not_changed(root: Root) -> None:
    dump = "dconf dump /"
    root.run("/etc/runit/live-setup.d/25-dconf", env={"LIVE_USER": "root"})
    assert "input-sources" in session(root, dump).stdout
    root.path("/run/dconf/user/0").unlink()
    root.path("/etc/dconf/profile/user").write_text("user-db:user\n")
    session(root, SCRIPT)
    said = session(root, dump).stdout
    assert "picture-uri" in said
    assert "input-sources" not in said
    assert "gnomekbd" not in said


def test_a_setting_that_fails_is_tried_again(root: Root, shell: str) -> None:
    """A schema is missing and a key is locked; all other settings are applied."""
    missing = "org.cinnamon.theme name"
    add_schemas(root, tuple(name for name in CINNAMON if name != "cinnamon-common"))
    locked = "org.cinnamon.desktop.interface icon-theme"
    lock = root.write(
        "/etc/dconf/db/local.d/locks/x", "/org/cinnamon/desktop/interface/icon-theme\n"
    )
    compile_database(root)
    done = session(root, f"{shell} {SCRIPT}", check=False)
    assert done.returncode == 1
    assert not root.path(MARKER).exists()
    wrong = [line for line in log(root).splitlines() if "not set" in line]
    assert [missing in wrong[1], locked in wrong[0], "2 not set" in wrong[2]] == [True] * 3
    assert len(wrong) == 3

    lock.unlink()
    compile_database(root)
    done = session(root, f"{shell} {SCRIPT}", check=False)
    assert done.returncode == 1
    add_schemas(root)
    assert {key for key, value in look(root).items() if value != LOOK[key]} == {missing}

    session(root, f"{shell} {SCRIPT}")
    assert look(root) == LOOK
    assert root.path(MARKER).exists()


def compile_database(root: Root) -> None:
    folder = root.path("/etc/dconf/db")
    subprocess.run(["dconf", "compile", folder / "local", folder / "local.d"], check=True)


def test_without_a_bus_it_gives_up_in_time(make_root: MakeRoot, shell: str) -> None:
    root = make(make_root, options={"patience": 1})
    add_schemas(root)
    env = {"HOME": HOME, "XDG_RUNTIME_DIR": "/run"}
    done = root.run(*shell.split(), SCRIPT, env=env, check=False)
    assert done.returncode == 1
    assert "no session bus after 1 s" in log(root)
    # An address where no bus answers.
    env["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/run/nobody"
    assert root.run(*shell.split(), SCRIPT, env=env, check=False).returncode == 1
    assert not root.path(MARKER).exists()
    assert log(root).count("no session bus") == 2


def test_it_waits_for_a_bus_that_starts_late(root: Root, shell: str) -> None:
    script = f"""
        unset DBUS_SESSION_BUS_ADDRESS
        {shell} {SCRIPT} &
        sleep 0.5
        [ ! -e {LOG} ]
        dbus-daemon --session --address=unix:path=/run/bus --fork --print-pid=1
        wait $!
    """
    session(root, script, env={"XDG_RUNTIME_DIR": "/run"})
    assert root.path(MARKER).exists()
    assert look(root) == LOOK


@pytest.mark.parametrize("target", [".nix-profile", f"{HOME}/.nix-profile"])
def test_a_profile_that_links_to_itself_is_repaired(
    make_root: MakeRoot, shell: str, target: str
) -> None:
    root = make(make_root, "nix-profile")
    add_schemas(root)
    shutil.copytree(root.path("/etc/skel"), root.path(HOME), symlinks=True, dirs_exist_ok=True)
    profile = root.path(f"{HOME}/.nix-profile")
    good = profile.readlink()
    profile.unlink()
    profile.symlink_to(target)
    assert root.run("ls", f"{HOME}/.nix-profile/", check=False).returncode != 0
    session(root, f"{shell} {SCRIPT}")
    assert profile.readlink() == good
    assert root.path(MARKER).exists()


ODD = 'it\'s "odd" \\ $(x) `x` é'


def test_names_with_odd_characters_are_set_unchanged(
    make_root: MakeRoot, shell: str, tmp_path: Path
) -> None:
    module = tmp_path / "own" / "odd"
    files = module / "files/usr/share"
    for folder in (f"themes/{ODD}/cinnamon", f"icons/{ODD}/cursors", f"backgrounds/{ODD}"):
        (files / folder).mkdir(parents=True)
        (files / folder / "x").touch()
    (module / "module.toml").write_text('summary = "odd names"\n')
    themes = {f"{kind}-theme": ODD for kind in ("gtk", "icon", "cursor", "cinnamon")}
    options = {**themes, "wallpaper": f"/usr/share/backgrounds/{ODD}/x", "terminal": ODD}
    root = make(make_root, "odd", options=options, own=module.parent)
    add_schemas(root)
    session(root, f"{shell} {SCRIPT}")
    assert root.path(MARKER).exists()
    utf8 = {"LC_ALL": "C.UTF-8"}
    name = session(root, "gsettings get org.cinnamon.theme name", utf8).stdout.strip()
    assert name == '"it\'s \\"odd\\" \\\\ $(x) `x` é"'
    picture = "gsettings get org.cinnamon.desktop.background picture-uri"
    uri = session(root, picture, utf8).stdout.strip().strip("'")
    shown = root.run("gio", "info", uri, env={"HOME": HOME, **utf8}).stdout
    assert f"local path: /usr/share/backgrounds/{ODD}/x" in shown


def test_empty_options_keep_the_desktops_settings(make_root: MakeRoot, shell: str) -> None:
    names = ("gtk-theme", "icon-theme", "cursor-theme", "cinnamon-theme", "wallpaper", "terminal")
    root = make_root("first-login", options={"first-login": dict.fromkeys(names, "")})
    add_schemas(root)
    session(root, f"{shell} {SCRIPT}")
    assert session(root, "dconf dump /").stdout == ""
    assert root.path(MARKER).exists()


def test_the_autostart_entry_is_valid_and_runs_the_script(root: Root) -> None:
    root.run("desktop-file-validate", ENTRY)
    entry = root.path(ENTRY).read_text().splitlines()
    assert "OnlyShowIn=X-Cinnamon;" in entry
    (command,) = (line.removeprefix("Exec=") for line in entry if line.startswith("Exec="))
    session(root, command)
    assert root.path(MARKER).exists()


def test_shellcheck_finds_nothing(root: Root) -> None:
    root.run("shellcheck", "--shell=sh", "--severity=style", SCRIPT)
