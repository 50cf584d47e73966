"""Each theme that an option names has a provider, or else `generate` reports it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.overlay.conftest import PROFILE
from tests.overlay.debian import unpacked
from tests.support.program import voidgen, write

from voidgen.data import bundled_files
from voidgen.schema import toml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.overlay.conftest import MakeRoot

WALLPAPER = "usr/share/backgrounds/gruvbox.svg"
ADWAITA = {
    "gtk-theme": "Adwaita-dark",
    "icon-theme": "Adwaita",
    "cursor-theme": "Adwaita",
    "cinnamon-theme": "",
    "wallpaper": "",
}


def generate(
    repository: Path,
    *modules: str,
    options: Mapping[str, str] | None = None,
    own: Mapping[str, str] | None = None,
    xbps: str = "",
) -> str:
    """Generate, and return the faults."""
    lines = "".join(f"{name} = '{value}'\n" for name, value in (options or {}).items())
    text = (
        f'[image]\nname = "x"\n[xbps]\npackages = [{xbps}]\n[overlay]\nmodules = {list(modules)}\n'
        f"[overlay.options.first-login]\n{lines}"
    )
    write(repository, {"voidgen.toml": text, **(own or {})})
    return voidgen("generate", cwd=repository).err


def test_gruvbox_provides_all_themes_of_the_first_login(repository: Path) -> None:
    assert generate(repository, "first-login", "theme-gruvbox") == ""


def test_a_missing_theme_names_the_module_to_add(repository: Path) -> None:
    said = generate(repository, "first-login").splitlines()
    assert len(said) == 10
    for option, remedy in zip(said[::2], said[1::2], strict=True):
        name = option.split(": ")[1].split(".")[1]
        assert remedy == (
            "    add to overlay.modules: theme-gruvbox; "
            f"or set [overlay.options.first-login] {name} in voidgen.toml"
        )
    file = bundled_files.catalogue() / "first-login" / "module.toml"
    line = toml.line_of(file, ("options", "gtk-theme", "default"))
    assert said[0] == (
        f"{file}:{line}: options.gtk-theme.default: gtk-theme is 'Gruvbox-Dark', "
        "but as far as voidgen knows, the image has no /usr/share/themes/Gruvbox-Dark"
    )


def test_adwaita_provides_its_themes(repository: Path) -> None:
    assert generate(repository, "first-login", "theme-adwaita", options=ADWAITA) == ""
    said = generate(repository, "first-login", options=ADWAITA)
    assert said.count("add to overlay.modules: theme-adwaita") == 3


def test_an_unknown_theme_is_a_fault(repository: Path) -> None:
    said = generate(
        repository, "first-login", "theme-gruvbox", options={"gtk-theme": "Gruvbox-Drak"}
    )
    what, remedy = said.splitlines()
    assert what == (
        "voidgen.toml:8: overlay.options.first-login.gtk-theme: gtk-theme is 'Gruvbox-Drak', "
        "but as far as voidgen knows, the image has no /usr/share/themes/Gruvbox-Drak"
    )
    assert remedy.startswith("    choose another value; or add the path to a module")


MINE = {"gtk-theme": "Mine"}
OWN = {
    "files": {
        "overlay-src/mine/module.toml": 'summary = "x"\n',
        "overlay-src/mine/files/usr/share/themes/Mine/gtk-3.0/gtk.css": "",
    },
    "link": {
        "overlay-src/mine/module.toml": """summary = "x"
            [links]
            "/usr/share/themes/Mine" = "@profile@/share/themes/Mine"
        """,
    },
    "package": {
        "overlay-src/mine/module.toml": """summary = "x"
            [packages]
            xbps = ["mine"]
            [provides]
            "/usr/share/themes/Mine" = "mine"
        """,
    },
}


@pytest.mark.parametrize("how", OWN)
def test_a_project_can_provide_a_theme(repository: Path, how: str) -> None:
    modules = ("first-login", "theme-gruvbox", "mine")
    assert generate(repository, *modules, own=OWN[how], options=MINE) == ""


def test_a_theme_of_a_package_outside_of_the_image_is_a_fault(repository: Path) -> None:
    own = {
        "overlay-src/mine/module.toml": """summary = "x"
            [provides]
            "/usr/share/themes/Mine" = "mine"
        """,
    }
    modules = ("first-login", "theme-gruvbox", "mine")
    said = generate(repository, *modules, own=own, options=MINE)
    assert "the image has no /usr/share/themes/Mine" in said
    assert generate(repository, *modules, own=own, options=MINE, xbps='"mine"') == ""


@pytest.mark.parametrize("package", ["adwaita-icon-theme", "gnome-themes-extra-data"])
def test_adwaitas_paths_exist_in_debians_packages(package: str) -> None:
    """Debian's packages stand in for Void's, which have the same upstream files."""
    spec = toml.read(bundled_files.catalogue() / "theme-adwaita" / "module.toml")
    name = package.removesuffix("-data")
    paths = [path for path, provider in spec["provides"].items() if provider == name]
    assert len(paths) == 2
    for path in paths:
        assert (unpacked(package) / path[1:]).is_dir()


def test_gruvboxs_links_lead_into_the_profile(make_root: MakeRoot) -> None:
    """A stand-in package's theme in the profile is found by its name."""
    root = make_root("theme-gruvbox")
    for link in ("themes/Gruvbox-Dark", "icons/Gruvbox-Plus-Dark"):
        index = root.write(f"{PROFILE}/share/{link}/index.theme", "[x]\n")
        assert root.run("cat", f"/usr/share/{link}/{index.name}").stdout == "[x]\n"


def test_the_wallpaper_is_a_picture(tmp_path: Path) -> None:
    """gdk-pixbuf, which Cinnamon uses, draws it."""
    picture = bundled_files.catalogue() / "theme-gruvbox" / "files" / WALLPAPER
    out = tmp_path / "small.png"
    command = ["gdk-pixbuf-thumbnailer", "-s", "320", str(picture), str(out)]
    subprocess.run(command, check=True, env={"PATH": os.environ["PATH"]})
    assert out.read_bytes().startswith(b"\x89PNG")
    broken = shutil.copy(picture, tmp_path / "broken.svg")
    Path(broken).write_text(picture.read_text().replace("</svg>", ""))
    assert subprocess.run([*command[:3], broken, out], check=False, capture_output=True).returncode


def test_a_dconf_database_without_key_files_is_a_fault(repository: Path) -> None:
    own = {
        "overlay-src/mine/module.toml": """summary = "x"
            [dconf]
            "/etc/dconf/db/mine" = "/etc/dconf/db/mine.d"
        """,
    }
    said = generate(repository, "first-login", "theme-gruvbox", "mine", own=own)
    what, remedy = said.splitlines()
    assert what.startswith("overlay-src/mine/module.toml:3: dconf.")
    assert what.endswith(
        "/etc/dconf/db/mine is compiled from /etc/dconf/db/mine.d, "
        "but the overlay has nothing there"
    )
    assert remedy == "    put key files into files/etc/dconf/db/mine.d/"
