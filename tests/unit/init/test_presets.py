"""`voidgen init` with presets, and with the settings of a shell pipeline."""

import json
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from tests.support.program import found, voidgen, write

from voidgen.init.preset import FOLDER, PRESETS
from voidgen.nix import installed

INSTALL_CONF = """\
#!/bin/bash
# Settings of the image.
KEYMAP="ch-fr_nodeadkeys"   # vconsole
export LOCALE=de_CH.utf8
USERNAME='guest'
EDITION=3
HOST=$(touch ran)
MEDIA="nixpkgs#spotify nixpkgs#discord"
NIX_USER_PACKAGES=(
  nixpkgs#google-chrome   # replaces chromium
  "nixpkgs#kdePackages.kate"
  $MEDIA
  github:me/flake#thing
)
HOSTNAME=box; TIMEZONE=Europe/Zurich; USER_SHELL=/bin/zsh; ISO_LABEL=BOX
XBPS_PACKAGES="htop vim"
XBPS_PACKAGES+=" bad/name git"
if true; then KEYMAP=us; fi
"""


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder outside of any git repository."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    return tmp_path


def settings(project: Path) -> dict[str, Any]:
    return tomllib.loads((project / "voidgen.toml").read_text())


def known(project: Path) -> list[str]:
    argv = ["git", "ls-files"]
    done = subprocess.run(argv, cwd=project, check=True, capture_output=True, text=True)
    return sorted(done.stdout.splitlines())


def test_each_preset_has_a_file_and_is_in_the_help() -> None:
    assert sorted(PRESETS) == sorted(file.stem for file in FOLDER.iterdir())
    assert f"[{'|'.join(PRESETS)}]" in voidgen("init", "--help", cwd=Path("/")).out


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("arch", ["aarch64", "x86_64-musl"])
def test_a_preset_leaves_out_what_an_architecture_lacks(
    alone: Path, preset: str, arch: str
) -> None:
    assert voidgen("init", "--preset", preset, "--arch", arch, "it", cwd=alone).status == 0
    written = settings(alone / "it")
    assert written["image"]["arch"] == arch
    # Void has no GRUB for installations on aarch64.
    assert ("installer" in written["overlay"]["modules"]) == (arch == "x86_64-musl")
    assert ("installer" in written["overlay"].get("options", {})) <= (arch == "x86_64-musl")
    ran = voidgen("generate", cwd=alone / "it")
    assert (ran.status, ran.err) == (0, "")
    shown = json.loads(voidgen("show", "--json", cwd=alone / "it").out)
    # Nix's programs cannot use Void's drivers for musl.
    has_gl = any(module["name"] == "nix-gl" for module in shown["modules"])
    assert has_gl == (arch == "aarch64" and preset != "console")


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_generates_without_changes(alone: Path, preset: str) -> None:
    ran = voidgen("init", "--preset", preset, "my-image", cwd=alone)
    assert (ran.status, ran.err) == (0, "")
    project = alone / "my-image"
    assert sorted(found(project)) == [".gitattributes", ".gitignore", "voidgen.toml"]
    assert known(project) == [".gitattributes", ".gitignore", "voidgen.toml"]
    assert settings(project)["image"]["name"] == "my-image"
    assert settings(project)["mklive"]
    ignored = (project / ".gitignore").read_text().splitlines()
    assert {"/out/", "/result", "/result-*"} <= {*ignored}
    ran = voidgen("generate", cwd=project)
    assert (ran.status, ran.err) == (0, "")
    assert voidgen("generate", "--check", cwd=project).status == 0


@pytest.mark.parametrize("preset", PRESETS)
def test_comments_are_aligned(alone: Path, preset: str) -> None:
    assert voidgen("init", "--preset", preset, "another-name", cwd=alone).status == 0
    lines = (alone / "another-name/voidgen.toml").read_text().splitlines()
    assert max(map(len, lines)) <= 100
    image = lines[lines.index("[image]") : lines.index("[nix]")]
    assert len({line.index("  #") + line[line.index("  #"):].index("#") for line in image
                if "  #" in line}) == 1  # fmt: skip


def test_without_a_name_init_uses_the_first_preset(alone: Path) -> None:
    assert voidgen("init", "x", cwd=alone).status == 0
    assert settings(alone / "x")["overlay"]["modules"] == ["cinnamon-live", "installer"]


def test_init_keeps_the_folders_files(alone: Path) -> None:
    write(alone, {".gitignore": "/mine\n", "README.md": "mine\n", "other/voidgen.toml": ""})
    ran = voidgen("init", cwd=alone)
    assert (ran.status, ran.err) == (0, "")
    assert ".gitignore stays as it is\n" in ran.out
    assert (alone / ".gitignore").read_text() == "/mine\n"
    assert known(alone) == [".gitattributes", "voidgen.toml"]


def test_init_in_a_repository_makes_no_other(repository: Path) -> None:
    assert voidgen("init", "new/image", cwd=repository).status == 0
    assert not (repository / "new/image/.git").exists()
    names = (".gitattributes", ".gitignore", "voidgen.toml")
    assert known(repository) == [f"new/image/{name}" for name in names]


@pytest.mark.parametrize("name", ["voidgen.toml", "flake.nix", "image/x"])
def test_init_does_not_overwrite_a_project(alone: Path, name: str) -> None:
    write(alone, {name: "mine"})
    before = found(alone)
    ran = voidgen("init", cwd=alone)
    assert (ran.status, ran.out) == (2, "")
    assert f"{name.partition('/')[0]}: already exists" in ran.err
    assert found(alone) == before


def test_a_folders_name_is_changed_to_a_valid_image_name(
    alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installed, "version", lambda: (2, 8))
    ran = voidgen("init", "mon été", cwd=alone)
    assert ran.status == 0
    assert settings(alone / "mon été")["image"]["name"] == "mon-t"
    assert "note: " in ran.err
    assert "Nix 2.8 cannot read a flake there" in ran.err
    assert "next: cd 'mon été' && " in ran.out


def test_init_from_a_script_takes_its_settings(alone: Path) -> None:
    write(alone, {"config/install.conf": INSTALL_CONF})
    ran = voidgen("init", "--from", "config/install.conf", cwd=alone)
    assert ran.status == 0
    got = settings(alone)
    assert {key: got["image"][key] for key in ("keymap", "locale", "user")} == {
        "keymap": "ch-fr_nodeadkeys", "locale": "de_CH.UTF-8", "user": "guest",
    }  # fmt: skip
    of_system = ("hostname", "timezone", "user-shell", "volume-label")
    assert [got["image"][key] for key in of_system] == ["box", "Europe/Zurich", "/bin/zsh", "BOX"]
    assert got["nix"]["packages"] == ["google-chrome", "kdePackages.kate", "spotify", "discord"]
    assert got["xbps"]["packages"] == ["firefox", "htop", "vim", "git"]
    left = [line.partition("install.conf:")[2] for line in ran.err.splitlines()]
    assert [line.partition(": ")[0] for line in left] == ["6", "7", "9", "17", "18"]
    assert "EDITION" in left[0]
    assert left[1] == "7: HOST=$(touch ran)"
    assert "'github:me/flake#thing'" in left[2]
    assert "'bad/name'" in left[3]
    assert not (alone / "ran").exists()
    assert "image.keymap = ch-fr_nodeadkeys   (KEYMAP)\n" in ran.out
    assert voidgen("generate", cwd=alone).status == 0


def test_init_from_a_script_lists_values_that_do_not_fit(alone: Path) -> None:
    script = "KEYMAP=zz-nothing\nLANG=C\nUSER=root\nISO_NAME='a b'\nKEYMAP2=us\n"
    write(alone, {"a.conf": script, "b.conf": "KEYMAP=de\nISO_TITLE='My live'\n"})
    ran = voidgen("-q", "init", "--from", "a.conf", "--from", "b.conf", "x", cwd=alone)
    assert (ran.status, ran.out) == (0, "")
    assert [line.split(": ")[1] for line in ran.err.splitlines()] == [
        f"a.conf:{line}" for line in range(1, 6)
    ]
    image = settings(alone / "x")["image"]
    assert (image["keymap"], image["title"], image["user"]) == ("de", "My live", "live")


@pytest.mark.parametrize(
    ("data", "said"), [(None, "cannot be read: "), (b"A=\xff", "not UTF-8"), (b"\0" * 9, "")]
)
def test_init_refuses_a_file_that_is_not_a_script(
    alone: Path, data: bytes | None, said: str
) -> None:
    if data is not None:
        write(alone, {"x.conf": data})
    ran = voidgen("init", "--from", "x.conf", "new", cwd=alone)
    assert said in ran.err
    assert (ran.status == 0) == (alone / "new").exists() == (not said)
