"""Mutated projects: files that rules read, and a voidgen.toml that is edited."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.fuzz.mutations import NASTY, damaged, few

from voidgen import config, project
from voidgen.edit import text
from voidgen.errors import WrongInputError

ROOT = Path(__file__).parents[2]
CONFIG = (ROOT / "examples/offline/voidgen.toml").read_bytes()
READ_BY_RULES = {
    "etc/lightdm/lightdm.conf": b"[Seat:*]\nsession-env=A=b\nautologin-user=live\n",
    "etc/dconf/db/local.d/00-keys": b"[org/gnome/desktop/input-sources]\n"
    b"sources=[('xkb', 'ch+fr_nodeadkeys'), ('xkb', 'us')]\n",
    "etc/dconf/db/local.d/locks/keyboard": b"/org/gnome/desktop/input-sources/sources\n",
    "etc/sudoers.d/x": b"live ALL=(ALL:ALL) NOPASSWD: /bin/a, \\\n  /bin/b\nDefaults:live !tty\n",
    "etc/sv/x/run": b"#!/bin/sh\nexec gsettings set org.gnome.desktop.input-sources sources x\n",
    "usr/share/applications/x.desktop": b"[Desktop Entry]\nType=Application\nName=x\nExec=x %u\n",
    "usr/local/bin/x.j2": b"{% for one in image.title %}{{ one | sh }}{% endfor %}\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("project")
    (made / "voidgen.toml").write_text('[image]\nname = "x"\n[overlay]\nmodules = ["mine"]\n')
    return made


@few(40)
@given(
    changed=st.sampled_from(sorted(READ_BY_RULES)).flatmap(
        lambda path: damaged(READ_BY_RULES[path]).map(lambda data: (path, data))
    )
)
def test_files_that_rules_read(changed: tuple[str, bytes], folder: Path) -> None:
    top = folder / "overlay-src/mine"
    for path, data in (READ_BY_RULES | dict([changed])).items():
        (top / "files" / path).parent.mkdir(parents=True, exist_ok=True)
        (top / "files" / path).write_bytes(data)
    (top / "module.toml").write_text('summary = "mine"\n')
    try:
        project.load(folder)
    except WrongInputError as error:
        assert str(error)  # noqa: PT017 - one of two good ends


SIGNS = (
    *(" ", "\t", "\n", "\r\n", "# x\n", " # y", ",", "'", '"', '"""', "'''", "[", "]", "{", "}"),
    *("=", ".", "\\", "é", "\ufeff", "[nix]\n", "[[nix]]\n", "nix.unfree = ['a']\n", "packages"),
    *("[xbps]\npackages = []\n", "[overlay]\n", "overlay.modules = [ 'a' ]\n", "true", "1"),
)


@st.composite
def configs(draw: st.DrawFn) -> str:
    """Draw the sample with characters that mean something in TOML inserted."""
    made = CONFIG.decode()
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(made)))
        made = made[:at] + draw(st.sampled_from(SIGNS)) + made[at + draw(st.integers(0, 3)) :]
    return made


@few(60)
@given(old=configs(), key=st.sampled_from(sorted(text.LISTS.values())), name=NASTY)
def test_adding_and_removing_a_name_keeps_the_rest(
    old: str, key: tuple[str, str], name: str, folder: Path
) -> None:
    """Or voidgen refuses to edit the text."""
    file = folder / "edited" / "voidgen.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(old.encode())
    try:
        config.load(file.parent)
        had = text.listed(old, key)
        assume(name not in had)
        new = text.add(old, key, [name], file)
        assert text.listed(new, key) == [*had, name]
        back = text.remove(new, key, [name], file)
    except WrongInputError as error:
        assert str(error)  # noqa: PT017 - one of three good ends
        return
    assert text.listed(back, key) == had
    assert new.count("#") >= old.count("#")
    for table, value in tomllib.loads(old).items():
        assert {**value, key[1]: 0} == {**tomllib.loads(back)[table], key[1]: 0}
