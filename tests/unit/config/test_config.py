"""Rules about several values of voidgen.toml together."""

from pathlib import Path
from typing import Any

import pytest

from voidgen import config
from voidgen.config.mklive import Squashfs
from voidgen.config.types import Config
from voidgen.errors import WrongInputError
from voidgen.schema.structure import structure

FILE = Path("voidgen.toml")
ROOT = Path(__file__).parents[3]


def _squashfs(**table: Any) -> Squashfs:
    document = {"image": {"name": "a"}, "mklive": {"squashfs": table}}
    mklive = structure(document, Config, FILE).mklive
    assert mklive
    return mklive.squashfs


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"compression": "xz"},
        {"level": 1},
        {"level": 22},
        {"compression": "gzip", "level": 1},
        {"compression": "gzip", "level": 9},
    ],
)
def test_each_compression_accepts_its_levels(table: dict[str, Any]) -> None:
    assert _squashfs(**table).level == table.get("level")


@pytest.mark.parametrize(
    "table",
    [
        {"level": 0},
        {"level": 23},
        {"compression": "gzip", "level": 10},
        {"compression": "xz", "level": 1},
        {"compression": "lz4", "level": 1},
    ],
)
def test_a_level_that_the_compression_lacks_is_refused(table: dict[str, Any]) -> None:
    with pytest.raises(WrongInputError) as caught:
        _squashfs(**table)
    assert caught.value.faults[0].key == ("mklive", "squashfs", "level")


def test_live_user_in_cmdline_is_refused() -> None:
    document = {"image": {"name": "a", "cmdline": ["quiet", "live.user=me"]}}
    with pytest.raises(WrongInputError) as caught:
        structure(document, Config, FILE)
    assert caught.value.faults[0].key == ("image", "cmdline", 1)


def test_a_table_may_be_left_out() -> None:
    bare = structure({"image": {"name": "a"}}, Config, FILE)
    assert bare.mklive is None
    empty: dict[str, Any] = {"nix": {}, "xbps": {}, "overlay": {}, "container": {}, "flake": {}}
    assert structure({"image": {"name": "a"}, **empty}, Config, FILE) == bare


def test_the_root_image() -> None:
    image = config.load(ROOT)
    assert image.image.name == "void-live-stable"
    assert image.mklive
    assert image.mklive.squashfs.level == 15
    assert "cinnamon-live" in image.overlay.modules


@pytest.mark.parametrize(
    ("parameter", "said"),
    [
        ("vconsole.keymap=de", "image.keymap"),
        ("locale.LANG=de_DE.UTF-8", "image.locale"),
        ("root=/dev/sda1", "mklive sets"),
        ("rd.live.overlay.overlayfs=0", "mklive sets"),
        ("rd.live.squashimg=x.img", "mklive sets"),
        ("systemd.unit=rescue.target", "no systemd"),
    ],
)
def test_parameters_that_mklive_sets_or_void_lacks_are_refused(parameter: str, said: str) -> None:
    with pytest.raises(WrongInputError) as caught:
        structure({"image": {"name": "a", "cmdline": [parameter]}}, Config, FILE)
    (fault,) = caught.value.faults
    assert fault.key == ("image", "cmdline", 0)
    assert said in fault.what


def test_other_parameters_of_the_live_boot_are_accepted() -> None:
    parameters = ("live.autologin", "live.shell=/bin/zsh", "rd.live.ram", "rootdelay=5", "rd.break")
    image = {"name": "a", "cmdline": list(parameters)}
    assert structure({"image": image}, Config, FILE).image.cmdline == parameters


@pytest.mark.parametrize("user", ["nobody", "audio", "mysql", "chrony", "nixbld3", "polkitd"])
def test_a_live_user_with_the_name_of_a_packages_user_is_refused(user: str) -> None:
    with pytest.raises(WrongInputError) as caught:
        structure({"image": {"name": "a", "user": user}}, Config, FILE)
    (fault,) = caught.value.faults
    assert fault.key == ("image", "user")
    assert "cannot have this name" in fault.what


@pytest.mark.parametrize("user", ["live", "anon", "void", "user", "me", "rescue", "kiosk"])
def test_usual_names_of_live_users_are_accepted(user: str) -> None:
    assert structure({"image": {"name": "a", "user": user}}, Config, FILE).image.user == user
