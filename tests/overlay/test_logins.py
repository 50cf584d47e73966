"""SDDM and greetd log in the live user, but no user of an installed copy."""

from __future__ import annotations

import shlex
import tomllib
from configparser import ConfigParser
from typing import TYPE_CHECKING, Any

import pytest
from tests.overlay import mklive
from tests.overlay.conftest import needs_root, shells
from tests.overlay.test_session import run_part

if TYPE_CHECKING:
    from tests.overlay.conftest import MakeRoot, Root

pytestmark = needs_root

LXQT = {"sddm-live": {"session": "xsessions/lxqt"}}


def sddm(root: Root) -> dict[str, str]:
    """Return SDDM's autologin: files of sddm.conf.d, then sddm.conf; later ones win (sddm.conf(5)).

    SDDM ignores dangling links.
    """
    script = 'for f in /etc/sddm.conf.d/*.conf /etc/sddm.conf; do [ ! -f "$f" ] || cat "$f"; done'
    conf = ConfigParser(strict=False, interpolation=None)
    conf.read_string(root.run("sh", "-c", script).stdout)
    return dict(conf["Autologin"]) if conf.has_section("Autologin") else {}


@shells
@pytest.mark.parametrize(
    ("module", "options", "session"),
    [("kde-live", {}, "plasma.desktop"), ("lxqt-live", LXQT, "lxqt.desktop")],
)
def test_sddm_logs_the_live_user_in(
    make_root: MakeRoot,
    shell: tuple[str, ...],
    module: str,
    options: dict[str, dict[str, str]],
    session: str,
) -> None:
    root = make_root(module, options=options)
    assert sddm(root) == {}
    # Two boots of a system with persistence.
    for user in ("anna", "bert"):
        mklive.sddm(root, user)
        run_part(root, "40-sddm", user, *shell)
        assert sddm(root) == {"user": user, "session": session}
        assert not root.path("/etc/sddm.conf").exists()
    # An installer does not copy /run.
    root.path("/run/live-setup/sddm.conf").unlink()
    assert sddm(root) == {}


@shells
def test_greetd_logs_the_live_user_in(make_root: MakeRoot, shell: tuple[str, ...]) -> None:
    command = """dbus-run-session sh -c 'exec "niri" --session'"""
    root = make_root("niri-live", options={"greetd-live": {"command": command}})
    installed = tomllib.loads(root.path("/etc/greetd/config.toml").read_text())
    assert installed.keys() == {"terminal", "default_session"}
    greeter = installed["default_session"]
    assert greeter["user"] == "_greeter"
    assert shlex.split(greeter["command"])[0] == "tuigreet"
    assert shlex.split(greeter["command"])[-1] == command
    for _ in range(2):
        run_part(root, "40-greetd", "anna", *shell)
        live = tomllib.loads(root.path("/run/live-setup/greetd.toml").read_text())
        assert live == {**installed, "initial_session": {"command": command, "user": "anna"}}


@pytest.mark.parametrize("live", [True, False])
def test_greetds_service_uses_the_live_systems_file_if_it_exists(
    make_root: MakeRoot, *, live: bool
) -> None:
    root = make_root("greetd-live")
    root.write("/usr/local/bin/greetd", '#!/bin/sh\necho "greetd $*"\n', 0o755)
    sv = root.write("/usr/local/bin/sv", "#!/bin/sh\nexit 0\n", 0o755)
    if live:
        run_part(root, "40-greetd", "anna")
    expected = "greetd --config /run/live-setup/greetd.toml\n" if live else "greetd \n"
    assert root.run("/etc/sv/greetd-live/run").stdout == expected
    # runit starts it again until the system bus runs.
    sv.write_text("#!/bin/sh\nexit 1\n")
    done = root.run("/etc/sv/greetd-live/run", check=False)
    assert (done.returncode, done.stdout) == (1, "")


@pytest.mark.parametrize(
    ("image", "layout", "variant", "options"),
    [
        ({"keymap": "us"}, "us", "", ""),
        ({"keymap": "ch-fr_nodeadkeys"}, "ch", "fr_nodeadkeys", ""),
        (
            {"keymap": "emacs", "xkb": "us,bg+phonetic"},
            "us,bg", ",phonetic", "grp:shifts_toggle",
        ),
        (
            {"xkb": "us,ru", "xkb-options": ["grp:alt_shift_toggle", "ctrl:nocaps"]},
            "us,ru", "", "grp:alt_shift_toggle,ctrl:nocaps",
        ),
    ],
)  # fmt: skip
def test_wayland_desktops_have_the_images_keyboard(
    make_root: MakeRoot, image: dict[str, Any], layout: str, variant: str, options: str
) -> None:
    root = make_root("kde-live", image=image)
    plasma = ConfigParser(interpolation=None)
    plasma.read_string(root.path("/etc/xdg/kxkbrc").read_text())
    assert dict(plasma["Layout"]).items() >= {
        "use": "true", "layoutlist": layout, "variantlist": variant,
    }.items()  # fmt: skip
    assert plasma["Layout"].get("options", "") == options
    niri = make_root("niri-live", image=image).path("/etc/niri/config.kdl").read_text()
    assert f'layout "{layout}"\n' in niri
    assert f'variant "{variant}"\n' in niri
    assert (f'options "{options}"\n' in niri) == bool(options)


def test_niris_terminal_follows_the_option(make_root: MakeRoot) -> None:
    root = make_root("niri-live", options={"niri-live": {"terminal": ["foot", 'a "b"']}})
    assert r'{ spawn "foot" "a \"b\""; }' in root.path("/etc/niri/config.kdl").read_text()
