"""Console keymaps in XKB's terms, checked by XKB's own compiler."""

import subprocess
from pathlib import Path

import pytest

from tools.keymap_tables import kbd, read, to_json
from voidgen import config
from voidgen.config import keymap
from voidgen.config.keymap import (
    Console,
    UnknownLayoutError,
    Xkb,
    layouts_of_keymap,
    layouts_of_sources,
)
from voidgen.errors import WrongInputError
from voidgen.schema import toml

EXPECTED = dict(
    line.split()
    for line in Path(__file__).with_name("keymaps.txt").read_text().splitlines()
    if not line.startswith("#")
)
KNOWN = {name: sources for name, sources in EXPECTED.items() if sources != "-"}
BOTH_SHIFTS = ("grp:shifts_toggle",)
MADE_FROM_XKB = {
    "ch-fr_nodeadkeys": "ch+fr_nodeadkeys",
    "us-dvorak-alt-intl": "us+dvorak-alt-intl",
    "us-altgr-intl": "us+altgr-intl",
    "fr-bepo_latin9": "fr+bepo_latin9",
    "gb": "gb",
}


@pytest.mark.parametrize(("name", "sources"), (KNOWN | MADE_FROM_XKB).items())
def test_known_keymaps_have_layouts(name: str, sources: str) -> None:
    assert ",".join(layouts_of_keymap(name).sources) == sources
    assert layouts_of_keymap(name) == layouts_of_sources(sources)


def compiles(xkb: Xkb) -> bool:
    """Return whether libxkbcommon compiles it with this machine's xkeyboard-config."""
    command = ["xkbcli", "compile-keymap", "--layout", xkb.layout, "--variant", xkb.variant]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode == 0 and "xkb_keymap" in done.stdout


@pytest.mark.parametrize("sources", sorted({*KNOWN.values(), *MADE_FROM_XKB.values()}))
def test_xkb_compiles_each_known_layout(sources: str) -> None:
    assert compiles(layouts_of_sources(sources))


def test_xkb_refuses_unknown_layouts() -> None:
    assert not compiles(Xkb("ch-fr_nodeadkeys", "", "", ()))
    assert not compiles(Xkb("us", "phonetic", "", ()))


@pytest.mark.parametrize("name", sorted(EXPECTED.keys() - KNOWN.keys()))
def test_an_unknown_keymap_is_an_error(name: str) -> None:
    with pytest.raises(UnknownLayoutError, match=f"no XKB layout is known for the keymap '{name}'"):
        layouts_of_keymap(name)


@pytest.mark.parametrize(
    ("sources", "xkb"),
    [
        ("us", Xkb("us", "", "us", ("us",))),
        ("ru,us", Xkb("ru,us", "", "ru", ("ru", "us"), BOTH_SHIFTS)),
        ("cz+qwerty,us", Xkb("cz,us", "qwerty,", "cz+qwerty", ("cz+qwerty", "us"), BOTH_SHIFTS)),
        ("us,bg+phonetic", Xkb("us,bg", ",phonetic", "us", ("us", "bg+phonetic"), BOTH_SHIFTS)),
    ],
)
def test_the_forms_of_a_list_of_layouts(sources: str, xkb: Xkb) -> None:
    assert layouts_of_sources(sources) == xkb


@pytest.mark.parametrize(
    ("lines", "line", "what", "remedy"),
    [
        (
            'keymap = "ch-fr_nodeadkey"', 3,
            "no XKB layout is known for the keymap 'ch-fr_nodeadkey'", "'ch-fr_nodeadkeys'",
        ),
        (
            'keymap = "mine"', 3,
            "no XKB layout is known for the keymap 'mine'", "xkb = 'layout+variant'",
        ),
        (
            'keymap = "us"\nxkb = "ch+fr_nodead"', 4,
            "xkeyboard-config has no layout 'ch+fr_nodead'", "'ch+fr_nodeadkeys'",
        ),
        ('xkb = "us,uss"', 3, "xkeyboard-config has no layout 'uss'", "'us'"),
        ('xkb = "ch-fr_nodeadkeys"', 3, "expected XKB layouts", "write + instead of the first -"),
        (
            'xkb-options = ["ctrl:nocaps", "grp:alt_shift_togle"]', 3,
            "xkeyboard-config has no option 'grp:alt_shift_togle'", "'grp:alt_shift_toggle'",
        ),
    ],
)  # fmt: skip
def test_faults_name_the_line(
    tmp_path: Path, lines: str, line: int, what: str, remedy: str
) -> None:
    file = tmp_path / "voidgen.toml"
    file.write_text(f'[image]\nname = "x"\n{lines}\n')
    with pytest.raises(WrongInputError) as caught:
        config.load(tmp_path)
    (fault,) = caught.value.faults
    assert toml.line_of(file, fault.key) == line
    assert fault.what.startswith(what)
    assert remedy in fault.remedy


def test_xkb_overrides_the_keymap(tmp_path: Path) -> None:
    (tmp_path / "voidgen.toml").write_text(
        '[image]\nname = "x"\nkeymap = "emacs"\nxkb = "ch+fr_nodeadkeys"\n'
    )
    image = config.load(tmp_path).image
    assert image.layouts() == layouts_of_keymap("ch-fr_nodeadkeys")
    assert image.console() == Console("emacs")


MODEL_MAP = """\
# consolelayout	xlayout	xmodel	xvariant	xoptions
sg	ch	pc105	de_nodeadkeys	terminate:ctrl_alt_bksp

mk-utf	mk,us	pc105	-	terminate:ctrl_alt_bksp,grp:shifts_toggle
cz-qwerty	cz,us	pc105	qwerty,	grp:shifts_toggle
x	us,bg	pc105	,phonetic	grp:shifts_toggle
sg	de	pc105	-	terminate:ctrl_alt_bksp
"""
BASE = """<xkbConfigRegistry version="1.1"><optionList><group><configItem><name>Compose key</name>
</configItem><option><configItem><name>compose:caps</name></configItem></option></group>
</optionList><layoutList><layout>
<configItem><name>ch</name><countryList><iso3166Id>CH</iso3166Id></countryList></configItem>
<variantList><variant><configItem><name>fr</name></configItem></variant></variantList>
</layout><layout><configItem><name>us</name></configItem></layout></layoutList></xkbConfigRegistry>
"""
EXTRAS = BASE.replace("<name>fr</name>", "<name>odd</name>").replace("<name>us<", "<name>zz<")


def test_tables_are_read_from_systemds_and_xkbs_lists(tmp_path: Path) -> None:
    (tmp_path / "map").write_text(MODEL_MAP)
    (tmp_path / "base.xml").write_text(BASE)
    (tmp_path / "base.extras.xml").write_text(EXTRAS)
    assert read([tmp_path / "map"], tmp_path) == {
        "console": {
            "sg": "ch+de_nodeadkeys",
            "mk-utf": "mk,us",
            "cz-qwerty": "cz+qwerty,us",
            "x": "us,bg+phonetic",
        },
        "layouts": {"ch": ["fr", "odd"], "us": [], "zz": []},
        "options": {"Compose key": ["compose:caps"]},
    }


def test_the_first_table_that_has_a_keymap_wins(tmp_path: Path) -> None:
    (tmp_path / "map").write_text(MODEL_MAP)
    (tmp_path / "more").write_text("sg ch pc105 fr -\nno-latin1 no pc105 - -\n")
    for name in ("base.xml", "base.extras.xml"):
        (tmp_path / name).write_text(BASE)
    console = read([tmp_path / "more", tmp_path / "map"], tmp_path)["console"]
    assert (console["sg"], console["no-latin1"], console["mk-utf"]) == ("ch+fr", "no", "mk,us")


def test_kbds_maps_are_read_from_their_folder(tmp_path: Path) -> None:
    for name in ("i386/qwertz/a.map.gz", "i386/qwerty/a.map.gz", "mac/all/b.map", "include/c.map"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "README").touch()
    read = kbd(tmp_path, "1.0_1")
    assert read["maps"] == {"a": "i386/qwerty", "b": "mac/all"}
    assert read["about"]["version"] == "1.0_1"


def test_the_tables_files_are_current() -> None:
    assert keymap.FILE.read_text() == to_json(keymap._tables())  # noqa: SLF001
    assert keymap.KBD.read_text() == to_json(keymap._kbd())  # noqa: SLF001
