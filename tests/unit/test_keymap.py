"""Console keymaps in XKB's terms, checked by XKB's own compiler."""

import subprocess
from pathlib import Path

import pytest

from voidgen import config, keymap, toml
from voidgen.errors import WrongInputError
from voidgen.keymap import UnknownLayoutError, Xkb, of_console, of_sources
from voidgen.keymap_tables import read, to_json

EXPECTED = dict(
    line.split()
    for line in Path(__file__).with_name("keymaps.txt").read_text().splitlines()
    if not line.startswith("#")
)
KNOWN = {name: sources for name, sources in EXPECTED.items() if sources != "-"}
MADE_FROM_XKB = {
    "ch-fr_nodeadkeys": "ch+fr_nodeadkeys",
    "us-dvorak-alt-intl": "us+dvorak-alt-intl",
    "us-altgr-intl": "us+altgr-intl",
    "fr-bepo_latin9": "fr+bepo_latin9",
    "gb": "gb",
}


@pytest.mark.parametrize(("name", "sources"), (KNOWN | MADE_FROM_XKB).items())
def test_known(name: str, sources: str) -> None:
    assert ",".join(of_console(name).sources) == sources
    assert of_console(name) == of_sources(sources)


def compiles(xkb: Xkb) -> bool:
    """Whether libxkbcommon makes a keymap of it, from the machine's xkeyboard-config."""
    command = ["xkbcli", "compile-keymap", "--layout", xkb.layout, "--variant", xkb.variant]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode == 0 and "xkb_keymap" in done.stdout


@pytest.mark.parametrize("sources", sorted({*KNOWN.values(), *MADE_FROM_XKB.values()}))
def test_xkb_knows_them_too(sources: str) -> None:
    assert compiles(of_sources(sources))


def test_xkb_does_not_know_everything() -> None:
    assert not compiles(Xkb("ch-fr_nodeadkeys", "", "", ()))
    assert not compiles(Xkb("us", "phonetic", "", ()))


@pytest.mark.parametrize("name", sorted(EXPECTED.keys() - KNOWN.keys()))
def test_unknown(name: str) -> None:
    with pytest.raises(UnknownLayoutError, match=f"no XKB layout is known for the keymap '{name}'"):
        of_console(name)


@pytest.mark.parametrize(
    ("sources", "xkb"),
    [
        ("us", Xkb("us", "", "us", ("us",))),
        ("ru,us", Xkb("ru,us", "", "ru", ("ru", "us"))),
        ("cz+qwerty,us", Xkb("cz,us", "qwerty,", "cz+qwerty", ("cz+qwerty", "us"))),
        ("us,bg+phonetic", Xkb("us,bg", ",phonetic", "us", ("us", "bg+phonetic"))),
    ],
)
def test_forms(sources: str, xkb: Xkb) -> None:
    assert of_sources(sources) == xkb


@pytest.mark.parametrize(
    ("lines", "line", "what", "remedy"),
    [
        (
            'keymap = "ch-fr_nodeadkey"', 3,
            "no XKB layout is known for the keymap 'ch-fr_nodeadkey'", "'ch-fr_nodeadkeys'",
        ),
        (
            'keymap = "emacs"', 3,
            "no XKB layout is known for the keymap 'emacs'", "xkb = 'layout+variant'",
        ),
        (
            'keymap = "us"\nxkb = "ch+fr_nodead"', 4,
            "xkeyboard-config has no layout 'ch+fr_nodead'", "'ch+fr_nodeadkeys'",
        ),
        ('xkb = "us,uss"', 3, "xkeyboard-config has no layout 'uss'", "'us'"),
        ('xkb = "ch-fr_nodeadkeys"', 3, "expected XKB layouts", "write + for its first -"),
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
    assert image.layouts() == of_console("ch-fr_nodeadkeys")
    assert image.keymap == "emacs"


MODEL_MAP = """\
# consolelayout	xlayout	xmodel	xvariant	xoptions
sg	ch	pc105	de_nodeadkeys	terminate:ctrl_alt_bksp

mk-utf	mk,us	pc105	-	terminate:ctrl_alt_bksp,grp:shifts_toggle
cz-qwerty	cz,us	pc105	qwerty,	grp:shifts_toggle
x	us,bg	pc105	,phonetic	grp:shifts_toggle
sg	de	pc105	-	terminate:ctrl_alt_bksp
"""
BASE = """<xkbConfigRegistry version="1.1"><layoutList><layout>
<configItem><name>ch</name><countryList><iso3166Id>CH</iso3166Id></countryList></configItem>
<variantList><variant><configItem><name>fr</name></configItem></variant></variantList>
</layout><layout><configItem><name>us</name></configItem></layout></layoutList></xkbConfigRegistry>
"""
EXTRAS = BASE.replace("<name>fr</name>", "<name>odd</name>").replace("<name>us<", "<name>zz<")


def test_tables_are_read_from_the_fields_lists(tmp_path: Path) -> None:
    (tmp_path / "map").write_text(MODEL_MAP)
    (tmp_path / "base.xml").write_text(BASE)
    (tmp_path / "base.extras.xml").write_text(EXTRAS)
    assert read(tmp_path / "map", tmp_path) == {
        "console": {
            "sg": "ch+de_nodeadkeys",
            "mk-utf": "mk,us",
            "cz-qwerty": "cz+qwerty,us",
            "x": "us,bg+phonetic",
        },
        "layouts": {"ch": ["fr", "odd"], "us": [], "zz": []},
    }


def test_the_tables_file_is_as_the_script_writes_it() -> None:
    assert keymap.FILE.read_text() == to_json(keymap._tables())  # noqa: SLF001
