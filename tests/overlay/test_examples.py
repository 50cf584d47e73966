"""Each example generates the image that it describes."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.support.program import voidgen

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def plan(repository: Path) -> dict[str, Any]:
    """Generate the project in ``repository``, and return its plan."""
    subprocess.run(["git", "add", "--all"], cwd=repository, check=True)
    for words in (("generate",), ("generate", "--check"), ("show", "--json")):
        done = voidgen(*words, cwd=repository)
        assert (done.status, done.err) == (0, "")
    shown: dict[str, Any] = json.loads(done.out)
    assert shown.pop("inputs") is not None
    assert shown.pop("lock").keys() == {"container", "packages", "missing"}
    modules = {one["name"] for one in shown["modules"]}
    assert {one.get("module") for one in shown["include"]} - {None} <= modules
    assert shown == json.loads((repository / "image/manifest.json").read_text())
    return shown


def example(name: str, repository: Path) -> dict[str, Any]:
    """Return the plan of a copy of the example, without emitted files from its folder."""
    emitted = shutil.ignore_patterns("flake.*", "image", "result*")
    shutil.copytree(EXAMPLES / name, repository, dirs_exist_ok=True, ignore=emitted)
    return plan(repository)


def names(listed: list[dict[str, Any]]) -> set[str]:
    return {item["name"] for item in listed}


def links(plan: dict[str, Any]) -> dict[str, str]:
    return {item["path"]: item["target"] for item in plan["include"] if item["type"] == "symlink"}


def test_xfce(repository: Path) -> None:
    found = example("xfce", repository)
    modules = names(found["modules"])
    assert {"xfce-live", "lightdm-live", "nix-daemon", "nix-profile", "installer"} <= modules
    assert not any("cinnamon" in module for module in modules)
    packages = names(found["xbps"]["packages"])
    assert {"xfce4", "lightdm", "lightdm-gtk-greeter", "firefox", "dialog"} <= packages
    assert not any("cinnamon" in package for package in packages)
    assert names(found["services"]) == {
        "NetworkManager", "chronyd", "dbus", "lightdm", "nix-daemon", "polkitd",
    }  # fmt: skip
    assert links(found)["/etc/runit/runsvdir/default/lightdm"] == "/etc/sv/lightdm"
    include = repository / "image/include"
    assert (include / "etc/lightdm/.session").read_text().strip() == "xfce"
    assert "exec xfce4-terminal -x" in (include / "usr/local/bin/install-void").read_text()


def test_console(repository: Path) -> None:
    found = example("console", repository)
    modules = names(found["modules"])
    assert {"live-user", "network-manager", "installer"} <= modules
    assert not modules & {"lightdm-live", "gpu-detect", "nix-daemon", "nix-profile"}
    packages = names(found["xbps"]["packages"])
    assert {"NetworkManager", "dialog", "tmux"} <= packages
    assert not packages & {"lightdm", "nix", "xorg"}
    assert found["nix"]["packages"] == []
    assert "@profile@" not in json.dumps(found)
    assert names(found["services"]) == {"NetworkManager", "chronyd", "dbus"}
    assert found["image"]["cmdline"][:2] == ["live.user=rescue", "live.autologin"]


def test_offline(repository: Path) -> None:
    found = example("offline", repository)
    assert {"live-user", "network-manager", "nix-daemon", "nix-profile", "welcome"} <= names(
        found["modules"]
    )
    assert found["mklive"] is None
    assert found["nix"]["nixpkgs"].startswith("./")


def test_every_example_is_tested() -> None:
    folders = {folder.name for folder in EXAMPLES.iterdir() if folder.is_dir()}
    assert folders == {name.removeprefix("test_") for name in globals()} & folders


@pytest.fixture
def reference(repository: Path) -> dict[str, Any]:
    """The plan of the image at the repository's root."""
    (repository / "generator").mkdir()
    shutil.copy(ROOT / "generator/outputs.nix", repository / "generator")
    shutil.copy(ROOT / "voidgen.toml", repository)
    return plan(repository)


def test_the_reference_image_has_chrome_instead_of_chromium(reference: dict[str, Any]) -> None:
    assert not [name for name in names(reference["xbps"]["packages"]) if "chromium" in name]
    chrome = [asked for asked in reference["nix"]["packages"] if asked["name"] == "google-chrome"]
    assert [asked["by"] for asked in chrome] == [[{"kind": "file", "name": "voidgen.toml"}]]
    assert "google-chrome" in reference["nix"]["unfree"]


def test_the_reference_image_has_an_installer(reference: dict[str, Any]) -> None:
    include = {item["path"]: item for item in reference["include"]}
    assert include["/usr/share/applications/install-void.desktop"]["mode"] == "0644"
    assert include["/usr/local/bin/install-void"]["mode"] == "0755"
    recipe = {"kind": "mklive-file", "arguments": {"name": "installer.sh"}}
    installer = {"type": "file", "made-by": recipe, "mode": "0755"}
    assert installer.items() <= include["/usr/bin/void-installer"].items()
    # The image has the terminal that the menu entry opens.
    (installer,) = (one for one in reference["modules"] if one["name"] == "installer")
    assert installer["options"]["terminal"][0] in names(reference["xbps"]["packages"])


def test_nvidias_driver_adds_the_nonfree_repository(
    reference: dict[str, Any], repository: Path
) -> None:
    assert not [one for one in reference["xbps"]["repositories"] if "nonfree" in one["name"]]
    file = repository / "voidgen.toml"
    text = file.read_text()
    file.write_text(text.replace('"cinnamon-live", ', '"cinnamon-live", "gpu-nvidia", '))
    shown = plan(repository)
    by = {one["name"]: one["by"] for one in shown["xbps"]["repositories"]}
    assert by == {
        "https://repo-default.voidlinux.org/current": [{"kind": "file", "name": "voidgen.toml"}],
        "https://repo-default.voidlinux.org/current/nonfree": [
            {"kind": "module", "name": "gpu-nvidia"}
        ],
    }
    assert "nvidia" in names(shown["xbps"]["packages"])


def test_shellcheck_finds_nothing(reference: dict[str, Any], repository: Path) -> None:
    include = repository / "image/include"
    scripts = [
        file
        for item in reference["include"]
        if item["type"] == "file" and (file := include / item["path"][1:]).exists()
        if file.suffix == ".sh" or file.read_bytes().startswith(b"#!")
    ]
    assert include / "usr/local/bin/install-void" in scripts
    done = subprocess.run(
        ["shellcheck", "--severity=style", *scripts], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_no_script_switches_the_profile(reference: dict[str, Any], repository: Path) -> None:
    """`nix-env --switch-profile` makes a link to itself; `nix profile` does not need it."""
    texts = {
        item["path"]: (repository / f"image/include{item['path']}").read_text()
        for item in reference["include"]
        if "hash" in item
    }
    code = {
        path: [line for line in text.splitlines() if not line.lstrip().startswith("#")]
        for path, text in texts.items()
    }
    verbs = ("switch-profile", "nix profile install", "nix-env")
    assert [
        (path, line) for path, lines in code.items() for line in lines
        for verb in verbs if verb in line
    ] == []  # fmt: skip
