"""What depends on more than one value of voidgen.toml."""

from pathlib import Path
from typing import Any

import pytest

from voidgen import config
from voidgen.config.types import Config, Squashfs
from voidgen.errors import WrongInputError
from voidgen.structure import structure

FILE = Path("voidgen.toml")
ROOT = Path(__file__).parents[2]


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
def test_level(table: dict[str, Any]) -> None:
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
def test_wrong_level(table: dict[str, Any]) -> None:
    with pytest.raises(WrongInputError) as caught:
        _squashfs(**table)
    assert caught.value.faults[0].key == ("mklive", "squashfs", "level")


def test_live_user_comes_from_user() -> None:
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
