"""The keymap of an image's console: one of kbd's, or one that voidgen makes from XKB."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.documents import entries
from tests.unit.config.test_keymap import compiles

from voidgen.config import keymap
from voidgen.config.image import ImageConfig
from voidgen.config.keymap import (
    Console,
    kbd_folder,
    layouts_of_keymap,
    layouts_of_sources,
    nearest_kbd_keymap,
)
from voidgen.iso import keymaps

if TYPE_CHECKING:
    from pathlib import Path

KBD: dict[str, str] = keymap._kbd()["maps"]  # type: ignore[assignment]  # noqa: SLF001


def test_names_of_kbd() -> None:
    # void-packages' srcpkgs/kbd/template keeps, renames and removes maps.
    assert {"us", "fr_CH", "de_CH-latin1", "no-latin1", "sg-latin1", "colemak", "cz-qwertz"} <= set(
        KBD
    )
    assert not {"ch-fr_nodeadkeys", "en-latin9", "sunkeymap", "amiga-us", "euro", "gb"} & set(KBD)
    assert kbd_folder("fr_CH") == "i386/qwertz"
    assert keymap._kbd()["about"]["version"] == "2.9.0_1"  # noqa: SLF001


@pytest.mark.parametrize("name", KBD)
def test_each_map_of_kbd_is_accepted(name: str) -> None:
    image = ImageConfig("any", keymap=name)
    assert image.console() == Console(name)
    assert compiles(image.layouts())


@pytest.mark.parametrize(
    ("image", "name", "made"),
    [
        ({}, "us", None),
        ({"keymap": "fr_CH"}, "fr_CH", None),
        ({"keymap": "fr_CH", "xkb": "ch+fr"}, "fr_CH", None),
        ({"keymap": "us", "xkb": "us,ru"}, "us", None),
        ({"keymap": "us", "xkb_options": ("ctrl:nocaps",)}, "us", None),
        ({"keymap": "ch-fr_nodeadkeys"}, "ch-fr_nodeadkeys", ("ch+fr_nodeadkeys", "")),
        ({"keymap": "gb", "xkb": "us"}, "gb", ("gb", "")),
        ({"keymap": "mine", "xkb": "us,ru"}, "mine", ("us,ru", "grp:shifts_toggle")),
        ({"keymap": "cz-qwerty"}, "cz-qwerty", ("cz+qwerty,us", "grp:shifts_toggle")),
        (
            {"keymap": "ch-fr_nodeadkeys", "xkb_options": ("ctrl:nocaps", "caps:none")},
            "ch-fr_nodeadkeys",
            ("ch+fr_nodeadkeys", "ctrl:nocaps,caps:none"),
        ),
        ({"xkb": "us,ru"}, "us_ru", ("us,ru", "grp:shifts_toggle")),
        ({"xkb": "us,ru", "xkb_options": ()}, "us_ru", ("us,ru", "")),
        (
            {"xkb": "us,ru", "xkb_options": ("grp:alt_shift_toggle",)},
            "us_ru",
            ("us,ru", "grp:alt_shift_toggle"),
        ),
        ({"xkb": "ch+fr_nodeadkeys"}, "ch-fr_nodeadkeys", ("ch+fr_nodeadkeys", "")),
        ({"xkb": "cz+qwerty,bg+phonetic"}, "cz-qwerty_bg-phonetic", ("cz+qwerty,bg+phonetic", ...)),
        ({"xkb": "fr"}, "fr", None),
        # kbd's map of that name has another layout.
        ({"xkb": "cz"}, "cz-xkb", ("cz", "")),
        ({"xkb_options": ("ctrl:nocaps",)}, "us-xkb", ("us", "ctrl:nocaps")),
    ],
)
def test_the_consoles_keymap(image: dict[str, Any], name: str, made: Any) -> None:
    console = ImageConfig("any", **image).console()
    assert console.name == name
    assert not console.made or kbd_folder(console.name) is None
    assert (console.made is None) == (made is None)
    if console.made:
        options = ",".join(console.made.options)
        assert (",".join(console.made.sources), options) in (made, (made[0], "grp:shifts_toggle"))


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("ch+fr_nodeadkeys", "fr_CH"),
        ("ch", "de_CH-latin1"),
        ("us+dvorak-alt-intl", "dvorak"),
        ("de+nodeadkeys", "de-latin1-nodeadkeys"),
        ("gb", "uk"),
        ("be", "be-latin1"),
        ("cz+qwerty_bksl", "cz"),
        ("th", "us"),
    ],
)
def test_the_nearest_map_of_kbd(source: str, name: str) -> None:
    assert nearest_kbd_keymap(source) == name


def test_each_nearest_map_exists_in_kbd() -> None:
    sources = [*keymap._sources()]  # noqa: SLF001
    assert len(sources) > 500
    assert {nearest_kbd_keymap(source) for source in sources} <= set(KBD)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/usr/share/kbd/keymaps/xkb/mine.map.gz", True),
        ("/usr/share/kbd/keymaps/i386/qwerty/mine.kmap", True),
        ("/usr/share/kbd/keymaps/mine", True),
        ("/usr/share/kbd/keymaps/mine.map.zst", True),
        ("/usr/share/kbd/keymaps/mine.txt", False),
        ("/usr/share/kbd/keymaps/yourmine.map", False),
        ("/usr/share/keymaps/mine.map", False),
    ],
)
def test_loadkeys_finds_maps_by_folder_and_ending(path: str, expected: bool) -> None:
    assert Console("mine").is_map(path) == expected


def test_libgnomekbd_names_the_group_of_an_option() -> None:
    image = ImageConfig("any", xkb_options=("grp:alt_shift_toggle", "compose:caps"))
    assert image.layouts().gnomekbd_options == (
        "grp\tgrp:alt_shift_toggle",
        "Compose key\tcompose:caps",
    )
    assert layouts_of_sources("us").gnomekbd_options == ()
    assert layouts_of_keymap("ru").options == ("grp:shifts_toggle",)


REPLACED = (
    "keymap: the console gets fr_CH of kbd for ch-fr_nodeadkeys, "
    "because the package set has no ckbcomp"
)


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (gzip.compress(b"keymaps 0-127\n"), []),
        (
            gzip.compress(b'include "/usr/share/kbd/keymaps/i386/qwertz/fr_CH.map"\n'),
            [REPLACED],
        ),
        (b"damaged", []),
        (gzip.compress(b"include ")[:12], []),
    ],
    # The data contains the time.
    ids=["made", "replaced", "not gzip", "cut off"],
)
def test_iso_reports_a_replaced_keymap(data: bytes, lines: list[str], tmp_path: Path) -> None:
    path = "/usr/share/kbd/keymaps/xkb/ch-fr_nodeadkeys.map.gz"
    place = tmp_path / path[1:]
    place.parent.mkdir(parents=True)
    place.write_bytes(data)
    listed = entries(
        {"type": "directory", "path": "/usr"},
        {
            "type": "file",
            "path": path,
            "mode": "0644",
            "owner": "root",
            "group": "root",
            "made-by": {
                "kind": "console-keymap",
                "arguments": {"nearest": "i386/qwertz/fr_CH.map"},
            },
        },
    )
    assert [*keymaps.replaced(listed, tmp_path)] == lines
