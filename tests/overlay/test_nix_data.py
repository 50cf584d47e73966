"""Desktops and shells find the data files of the image's Nix packages.

The programs are Debian's; a folder with a package's files stands in for the profile.
"""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.overlay.conftest import PROFILE, needs_root
from tests.overlay.debian import unpacked
from tests.overlay.live_nix import login

if TYPE_CHECKING:
    from tests.overlay.conftest import MakeRoot, Root

pytestmark = needs_root

HOME = "/home/live"
PART = "/etc/runit/live-setup.d/35-nix-data"
CACHES = "/usr/local/share/nix-profile"
FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
ENTRY = """\
[Desktop Entry]
Type=Application
Name=Greet
Exec=greet %f
Icon=greet
MimeType=text/x-greeting;
"""
TYPE = """\
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="text/x-greeting">
    <comment>greeting</comment>
    <glob pattern="*.greeting"/>
  </mime-type>
</mime-info>
"""
PAGE = ".TH GREET 1\n.SH NAME\ngreet \\- says hello\n"
FILES = {
    "bin/greet": "#!/bin/sh\n",
    "share/applications/greet.desktop": ENTRY,
    "share/mime/packages/greet.xml": TYPE,
    "share/icons/hicolor/48x48/apps/greet.png": "",
    "share/man/man1/greet.1": PAGE,
    "share/bash-completion/completions/greet": "complete -W 'loudly softly' greet\n",
    "share/fish/vendor_completions.d/greet.fish": "complete -c greet -f -a 'loudly softly'\n",
    "share/zsh/site-functions/_greet": "#compdef greet\ncompadd loudly softly\n",
}


@pytest.fixture
def root(make_root: MakeRoot) -> Root:
    """A live system with a package's files in the baked profile, after its boot."""
    root = make_root("nix-profile")
    for path, text in FILES.items():
        root.write(f"{PROFILE}/{path}", text, 0o755 if path.startswith("bin/") else 0o644)
    shutil.copy2("/etc/profile", root.path("/etc/profile"))
    root.run("useradd", "-m", "-s", "/bin/bash", "live")
    root.run("/etc/runit/live-setup.sh")
    return root


def as_live(root: Root, commands: str, check: bool = True) -> str:
    return root.run("sh", "-c", login("live", commands), check=check).stdout


def install(root: Root, *packages: str) -> None:
    """Copy files of Debian packages into the root, programs into /usr/local/bin."""
    for package in packages:
        files = unpacked(package)
        for folder in ("bin", "usr/bin"):
            if (files / folder).is_dir():
                place = root.path("/usr/local/bin")
                shutil.copytree(files / folder, place, symlinks=True, dirs_exist_ok=True)
        if (files / "usr/share").is_dir():
            for data in (files / "usr/share").iterdir():
                if data.name not in {"doc", "lintian", "man"}:
                    place = root.path(f"/usr/share/{data.name}")
                    shutil.copytree(data, place, symlinks=True, dirs_exist_ok=True)


# MIME types, desktop entries, icons


def test_gio_finds_a_mime_type_and_its_application(root: Root) -> None:
    said = as_live(root, "echo hello > x.greeting; gio info x.greeting; gio mime text/x-greeting")
    assert "standard::content-type: text/x-greeting" in said
    assert re.search("Default application for .text/x-greeting.: greet.desktop", said), said


def test_xdg_mime_finds_the_application(root: Root) -> None:
    install(root, "xdg-utils")
    assert as_live(root, "xdg-mime query default text/x-greeting") == "greet.desktop\n"


def test_caches_are_made_once_for_each_profile(root: Root) -> None:
    folder = root.path(CACHES)
    before = folder.stat().st_ino
    root.run(PART)
    assert folder.stat().st_ino == before
    root.path(PROFILE).rename(root.path("/nix/store/other"))
    root.path("/nix/store/other/share/mime/packages/greet.xml").unlink()
    link = root.path("/etc/skel/.local/state/nix/profiles/profile-1-link")
    link.unlink()
    link.symlink_to("/nix/store/other")
    # Leftovers of an interrupted boot do no harm.
    root.path(f"{CACHES}.next/mime").mkdir(parents=True)
    root.run(PART)
    assert "greeting" not in root.path(f"{CACHES}/mime/globs2").read_text()
    assert "greet.desktop" in root.path(f"{CACHES}/applications/mimeinfo.cache").read_text()
    assert not root.path(f"{CACHES}.next").exists()


@pytest.mark.parametrize("lacking", ["update-mime-database", "update-desktop-database"])
def test_a_cache_whose_program_is_missing_is_not_made(root: Root, lacking: str) -> None:
    shutil.rmtree(root.path(CACHES))
    programs = ("readlink", "rm", "mkdir", "ln", "mv", "update-mime-database")
    bin_ = root.path("/opt/bin")
    bin_.mkdir(parents=True)
    for name in {*programs, "update-desktop-database"} - {lacking}:
        (bin_ / name).symlink_to(f"/usr/bin/{name}")
    root.run("/bin/sh", "-c", f"PATH=/opt/bin; exec {PART}")
    made = "mime/mime.cache", "applications/mimeinfo.cache"
    has = [name for name in made if root.path(f"{CACHES}/{name}").exists()]
    assert has == [made[lacking == "update-mime-database"]]


def test_a_profile_without_data_is_not_an_error(make_root: MakeRoot) -> None:
    root = make_root("nix-profile")
    root.path(PROFILE).mkdir(parents=True)
    assert root.run(PART).stderr == ""


def test_icons_are_found(root: Root) -> None:
    install(root, "python3-xdg")
    modules = unpacked("python3-xdg") / "usr/lib/python3/dist-packages/xdg"
    shutil.copytree(modules, root.path("/usr/local/share/python/xdg"))
    query = "from xdg.IconTheme import getIconPath; print(getIconPath('greet', 48))"
    root.write("/usr/share/icons/hicolor/index.theme", THEME)
    said = as_live(root, f'PYTHONPATH=/usr/local/share/python /usr/bin/python3 -c "{query}"')
    assert said == f"{HOME}/.nix-profile/share/icons/hicolor/48x48/apps/greet.png\n"


THEME = "[Icon Theme]\nName=Hicolor\nComment=x\nDirectories=48x48/apps\n[48x48/apps]\nSize=48\n"


# Fonts


@pytest.mark.parametrize("folder", ["share/fonts/truetype", "lib/X11/fonts"])
def test_fonts_are_found_without_xdg_data_dirs(root: Root, folder: str) -> None:
    # A font with a unique name.
    data = FONT.read_bytes()
    for coding in ("ascii", "utf-16-be"):
        data = data.replace("DejaVu".encode(coding), "Greety".encode(coding))
    place = root.path(f"{PROFILE}/{folder}/greety.ttf")
    place.parent.mkdir(parents=True)
    place.write_bytes(data)
    shutil.copytree("/etc/fonts", root.path("/etc/fonts"), symlinks=True, dirs_exist_ok=True)
    query = "unset XDG_DATA_DIRS; fc-match -f '%{file}' 'Greety Sans'"
    assert as_live(root, query) == f"{HOME}/.nix-profile/{folder}/greety.ttf"
    assert root.run("fc-match", "-f", "%{family}", "Greety Sans").stdout != "Greety Sans"


# Manual pages


@pytest.fixture(params=["man-db", "mandoc"])
def man(root: Root, request: pytest.FixtureRequest) -> Root:
    """A root with man-db or mandoc, and a manual page of the system."""
    root.write("/usr/local/share/man/man1/other.1", PAGE)
    root.write("/usr/local/share/man/man1/greet.1", PAGE.replace("hello", "nothing"))
    if request.param == "man-db":
        shutil.copy2("/etc/manpath.config", root.path("/etc/manpath.config"))
    else:
        install(root, "mandoc")
        # It behaves according to its name, which is mman in Debian.
        root.write("/usr/local/bin/man", '#!/bin/sh\nexec mman "$@"\n', 0o755)
        root.write("/etc/man.conf", "manpath /usr/share/man\nmanpath /usr/local/share/man\n")
    return root


def test_pages_of_the_profile_come_first(man: Root) -> None:
    said = as_live(man, "man -w greet; man -w other; man greet")
    found = said.splitlines()
    # man-db resolves the link and prints one page; mandoc does neither.
    ends = "/share/man/man1/greet.1"
    assert found[0] in {f"{HOME}/.nix-profile{ends}", f"{PROFILE}{ends}"}
    assert "/usr/local/share/man/man1/other.1" in found
    assert "says hello" in said
    assert "says nothing" not in said


def test_a_manpath_that_is_set_is_kept(man: Root) -> None:
    man.write("/opt/man/man1/third.1", PAGE)
    script = ". /etc/profile.d/nix-prebaked.sh"
    setting = f"export MANPATH=/opt/man; {script}; {script}"
    said = as_live(
        man, f"{setting}; man -w third; man -w greet; echo $MANPATH; man -w other", False
    )
    assert said.splitlines()[0] == "/opt/man/man1/third.1"
    # MANPATH without a colon at an end excludes the system's pages.
    assert said.splitlines()[2:] == [f"{HOME}/.nix-profile/share/man:/opt/man"]


def test_manpath_is_set_once(root: Root) -> None:
    script = ". /etc/profile.d/nix-prebaked.sh"
    assert (
        as_live(root, f"{script}; {script}; echo $MANPATH") == f"{HOME}/.nix-profile/share/man:\n"
    )


# Completions of shells


def test_bash_completes(root: Root) -> None:
    install(root, "bash-completion")
    script = (
        ". /usr/share/bash-completion/bash_completion; _completion_loader greet; complete -p greet"
    )
    assert as_live(root, f"bash -ic {shlex.quote(script)}") == "complete -W 'loudly softly' greet\n"


def test_fish_completes(root: Root) -> None:
    install(root, "fish", "fish-common")
    libraries = next(unpacked("libpcre2-32-0").glob("usr/lib/*"))
    shutil.copytree(libraries, root.path("/usr/local/lib/fish"), symlinks=True)
    query = "LD_LIBRARY_PATH=/usr/local/lib/fish fish -c 'complete -C \"greet \"'"
    assert as_live(root, query).split() == ["loudly", "softly"]


@pytest.mark.parametrize("option", ["-c", "-lc"])
def test_zsh_completes(root: Root, option: str) -> None:
    install(root, "zsh", "zsh-common")
    modules = next(unpacked("zsh").glob("usr/lib/*/zsh/*"))
    shutil.copytree(modules, root.path("/usr/local/lib/zsh"))
    script = (
        "module_path=(/usr/local/lib/zsh); autoload -U compinit; compinit -u -d /tmp/dump; "
        "print $_comps[greet] $+_comps[ls] ${(M)#fpath:#*nix-profile*site-functions}"
    )
    assert as_live(root, f"zsh {option} {shlex.quote(script)}") == "_greet 1 1\n"
    # A nested zsh must find its own functions.
    assert "FPATH" not in as_live(root, "zsh -c env")
