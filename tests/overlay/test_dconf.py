"""dconf's system database, which the real dconf and gsettings read and write."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.overlay.desktop import add_schemas, session

from voidgen.plan.templating import gvariant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from tests.overlay.conftest import MakeRoot, Root

KEYBOARD = {
    "org.gnome.desktop.input-sources sources": "[('xkb', 'ch+fr_nodeadkeys')]",
    # Cinnamon reads its own schema from 6.6 on, and libgnomekbd's before that.
    "org.cinnamon.desktop.input-sources sources": "[('xkb', 'ch+fr_nodeadkeys')]",
    "org.gnome.libgnomekbd.keyboard layouts": "['ch\\tfr_nodeadkeys']",
}
PART = "/etc/runit/live-setup.d/25-dconf"
OTHER = {name: "[('xkb', 'us')]" if "sources" in name else "['us']" for name in KEYBOARD}


def make(make_root: MakeRoot, keymap: str, **options: Any) -> Root:
    root = make_root(
        "dconf-cinnamon", image={"keymap": keymap}, options={"dconf-cinnamon": options}
    )
    live(root)
    return root


def live(root: Root) -> None:
    """Boot as a live system with root as its user."""
    add_schemas(root)
    root.run(PART, env={"LIVE_USER": "root"})


def read(root: Root, key: str) -> str:
    return session(root, f"gsettings get {key}").stdout.strip()


@pytest.fixture
def root(make_root: MakeRoot) -> Root:
    return make(make_root, "ch-fr_nodeadkeys")


@pytest.mark.parametrize("key", KEYBOARD)
def test_the_keyboard_is_set_and_cannot_be_changed(root: Root, key: str) -> None:
    assert read(root, key) == KEYBOARD[key]
    assert session(root, f"gsettings writable {key}").stdout.strip() == "false"
    # gsettings' message differs between releases.
    session(root, f'gsettings set {key} "{OTHER[key]}"', check=False)
    assert read(root, key) == KEYBOARD[key]
    path = f"/{key.replace('.', '/').replace(' ', '/')}"
    session(root, f'dconf write {path} "{OTHER[key]}"', check=False)
    assert session(root, f"dconf read {path}").stdout.strip() == KEYBOARD[key]


def test_other_keys_can_be_written(root: Root) -> None:
    key = "org.gnome.desktop.interface color-scheme"
    assert read(root, key) == "'prefer-dark'"
    session(root, f"gsettings set {key} prefer-light")
    assert read(root, key) == "'prefer-light'"
    session(root, f"gsettings reset {key}")
    assert read(root, key) == "'prefer-dark'"


@pytest.mark.parametrize("key", KEYBOARD)
def test_without_the_lock_the_keyboard_can_be_changed(make_root: MakeRoot, key: str) -> None:
    root = make(make_root, "ch-fr_nodeadkeys", **{"lock-keyboard": False})
    assert read(root, key) == KEYBOARD[key]
    session(root, f'gsettings set {key} "{OTHER[key]}"')
    assert read(root, key) == OTHER[key]


@pytest.mark.parametrize(
    ("image", "value"),
    [
        ({"keymap": "us"}, "[('xkb', 'us')]"),
        ({"keymap": "us-dvorak-alt-intl"}, "[('xkb', 'us+dvorak-alt-intl')]"),
        ({"keymap": "de-latin1-nodeadkeys"}, "[('xkb', 'de+nodeadkeys')]"),
        ({"keymap": "ru"}, "[('xkb', 'ru'), ('xkb', 'us')]"),
        ({"keymap": "us", "xkb": "ch+fr_nodeadkeys"}, "[('xkb', 'ch+fr_nodeadkeys')]"),
    ],
)
def test_each_keymap_gives_input_sources(
    make_root: MakeRoot, image: Mapping[str, str], value: str
) -> None:
    root = make_root("dconf-cinnamon", image=image)
    live(root)
    assert read(root, "org.gnome.desktop.input-sources sources") == value


def test_the_colour_scheme_follows_the_option(make_root: MakeRoot) -> None:
    root = make(make_root, "us", **{"color-scheme": "default"})
    assert read(root, "org.gnome.desktop.interface color-scheme") == "'default'"


def test_without_the_dconf_profile_the_database_is_not_read(root: Root) -> None:
    root.path("/etc/dconf/profile/user").unlink()
    root.path("/run/dconf/user/0").unlink()
    assert read(root, "org.gnome.desktop.interface color-scheme") == "'default'"


@pytest.mark.parametrize("key", KEYBOARD)
def test_an_installed_system_has_no_keyboard_of_the_image(make_root: MakeRoot, key: str) -> None:
    root = make_root("dconf-cinnamon", image={"keymap": "ch-fr_nodeadkeys"})
    add_schemas(root)
    assert read(root, key) != KEYBOARD[key]
    session(root, f'gsettings set {key} "{OTHER[key]}"')
    assert read(root, key) == OTHER[key]
    assert read(root, "org.gnome.desktop.interface color-scheme") == "'prefer-dark'"


# Releases of Unicode differ in which characters are assigned.
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\0"), max_size=8)


@settings(max_examples=3, deadline=None)
@given(st.lists(st.one_of(TEXT, st.lists(TEXT), st.booleans(), st.integers(-9, 9)), min_size=80))
def test_literals_are_spelled_as_gvariant_prints_them(
    tmp_path_factory: pytest.TempPathFactory, values: list[Any]
) -> None:
    """dconf prints each literal in a key file unchanged."""
    folder: Path = tmp_path_factory.mktemp("gvariant")
    (folder / "keyfiles").mkdir()
    literals = {f"k{number}": str(gvariant(value)) for number, value in enumerate(values)}
    lines = [f"{name}={literal}\n" for name, literal in literals.items()]
    (folder / "keyfiles/00").write_text(f"[x]\n{''.join(lines)}")
    subprocess.run(["dconf", "compile", folder / "db", folder / "keyfiles"], check=True)
    (folder / "profile").write_text(f"file-db:{folder}/db\n")
    done = subprocess.run(
        ["dconf", "dump", "/x/"],
        env={"DCONF_PROFILE": str(folder / "profile"), "PATH": "/usr/bin", "LC_ALL": "C.UTF-8"},
        capture_output=True, check=True,
    )  # fmt: skip
    printed = dict(line.split("=", 1) for line in done.stdout.decode().split("\n") if "=" in line)
    assert printed == literals


OPTIONS = {
    "org.gnome.desktop.input-sources xkb-options": "['grp:alt_shift_toggle', 'compose:caps']",
    "org.cinnamon.desktop.input-sources xkb-options": "['grp:alt_shift_toggle', 'compose:caps']",
    # libgnomekbd has the group before each option.
    "org.gnome.libgnomekbd.keyboard options": (
        "['grp\\tgrp:alt_shift_toggle', 'Compose key\\tcompose:caps']"
    ),
}


@pytest.mark.parametrize("key", OPTIONS)
def test_the_keyboards_options_are_set_and_cannot_be_changed(make_root: MakeRoot, key: str) -> None:
    chosen = ["grp:alt_shift_toggle", "compose:caps"]
    root = make_root("dconf-cinnamon", image={"xkb": "us,ru", "xkb-options": chosen})
    live(root)
    assert read(root, key) == OPTIONS[key]
    assert session(root, f"gsettings writable {key}").stdout.strip() == "false"
