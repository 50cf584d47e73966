"""The X server's keyboard: the real Xorg reads the file, and XKB compiles its keymap.

No keyboard is plugged in, so the tests do not show that Xorg applies the options.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.overlay.conftest import MakeRoot, Root

CONF = "/usr/local/share/live-setup/00-keyboard.conf"
PART = "/etc/runit/live-setup.d/20-x11-keyboard"


def boot(root: Root) -> None:
    """Run the part as on a live system."""
    root.path("/run/live-setup").mkdir()
    root.run(PART, env={"LIVE_RUN": "/run/live-setup"})


def log(root: Root) -> str:
    """Return the log of Xorg, which reads its configuration and then finds no GPU."""
    root.path("/var/log/Xorg.log").unlink(missing_ok=True)
    root.run("Xorg", "-displayfd", "1", "-logfile", "/var/log/Xorg.log", check=False)
    return root.path("/var/log/Xorg.log").read_text()


@pytest.mark.parametrize(
    ("image", "groups"),
    [
        ({"keymap": "us"}, ["English (US)"]),
        ({"keymap": "ch-fr_nodeadkeys"}, ["French (Switzerland, no dead keys)"]),
        ({"keymap": "cz-qwerty"}, ["Czech (QWERTY)", "English (US)"]),
        (
            {"keymap": "emacs", "xkb": "us,bg+phonetic"},
            ["English (US)", "Bulgarian (traditional phonetic)"],
        ),
    ],
)
def test_xorg_gets_the_images_keyboard(
    make_root: MakeRoot, image: Mapping[str, str], groups: list[str]
) -> None:
    root = make_root("x11-keyboard", image=image)
    boot(root)
    said = log(root)
    assert 'Using config directory: "/etc/X11/xorg.conf.d"' in said
    assert "Problem parsing" not in said
    options = dict(re.findall(r'Option "Xkb(\w+)" "(.*)"', root.path(CONF).read_text()))
    command = ("xkbcli", "compile-keymap", "--layout", options["Layout"])
    keymap = root.run(*command, "--variant", options["Variant"]).stdout
    assert re.findall(r'name\[\w+\]="(.*)"', keymap) == groups


def test_xorg_gets_the_key_that_switches_layouts(make_root: MakeRoot) -> None:
    image = {"xkb": "us,ru", "xkb-options": ["grp:alt_shift_toggle", "ctrl:nocaps"]}
    root = make_root("x11-keyboard", image=image)
    boot(root)
    assert "Problem parsing" not in log(root)
    options = dict(re.findall(r'Option "Xkb(\w+)" "(.*)"', root.path(CONF).read_text()))
    command = ("xkbcli", "compile-keymap", "--layout", options["Layout"])
    toggle = re.compile(r"symbols\[\w+\]= \[.*ISO_Next_Group")
    assert toggle.search(root.run(*command, "--options", options["Options"]).stdout)
    assert not toggle.search(root.run(*command).stdout)


def test_xorg_reads_the_file_only_on_a_live_system(make_root: MakeRoot) -> None:
    root = make_root("x11-keyboard")
    root.path(CONF).write_text(root.path(CONF).read_text().replace("EndSection", "End"))
    assert "Problem parsing" not in log(root)
    boot(root)
    assert "Problem parsing" in log(root)
