"""What is refused of a stranger's project before anything of it is built."""

import json
from pathlib import Path

import pytest
from tests.support.program import write

from voidgen.release import stranger

TOML = """
[image]
name = "x"
[nix]
nixpkgs = "github:NixOS/nixpkgs/x"
[mklive]
source = "git+https://example.org/mklive"
[xbps]
repositories = ["https://example.org/current"]
"""
LOCKED = {"type": "github", "owner": "NixOS", "repo": "nixpkgs", "rev": "a" * 40, "narHash": "x"}


def lock(**locked: object) -> str:
    nodes = {"root": {"inputs": {"nixpkgs": "nixpkgs"}}, "nixpkgs": {"locked": LOCKED | locked}}
    return json.dumps({"nodes": nodes, "root": "root", "version": 7})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "source/image"
    files = {"voidgen.toml": TOML, "flake.nix": "{ }", "flake.lock": lock(), "voidgen.lock": "{}"}
    write(folder, files)
    return folder


def refusals(project: Path) -> list[str]:
    return stranger.refusals(project.parent, project)


def test_a_project_that_reaches_nothing(project: Path) -> None:
    # What an overlay's links lead to is data of the image.
    overlay = project / "overlay-src/one/files/etc"
    overlay.mkdir(parents=True)
    (overlay / "resolv.conf").symlink_to("/run/resolv.conf")
    (project / "inside").symlink_to("../image/voidgen.toml")
    assert refusals(project) == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('[container]\narguments = ["--privileged"]\n', "[container] arguments"),
        ('[cache]\nstores = ["https://x.org"]\nkeys = []\n', "[cache] stores"),
        (f'[cache]\nkeys = ["x:{"A" * 43}="]\n', "[cache] stores"),
    ],
)
def test_keys_that_reach_beyond(more: str, said: str, project: Path) -> None:
    (project / "voidgen.toml").write_text(TOML + more)
    (line,) = refusals(project)
    assert line.startswith(said)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("https://example.org/current", "/srv/packages", "[xbps] repositories: /srv/packages"),
        ('"github:NixOS/nixpkgs/x"', '"git+file:///home/me/x"', "[nix] nixpkgs: git+file:"),
        ('"github:NixOS/nixpkgs/x"', '"file:///home/me/x.tar"', "[nix] nixpkgs: file:"),
        ('"github:NixOS/nixpkgs/x"', '"flake:nixpkgs"', "[nix] nixpkgs: flake:"),
        ("git+https://example.org/mklive", "git+file:///x", "[mklive] source: git+file:///x"),
        ("git+https://example.org/mklive", "path:/x", "[mklive] source: path:/x"),
        ("git+https://example.org/mklive", "tarball+file:///x", "[mklive] source: tarball+file"),
        ("[xbps]", '[xbps]\nmirrors = ["/srv/old"]', "[xbps] mirrors: /srv/old"),
        ("[image]", "[imag]", "voidgen.toml has faults"),
    ],
)
def test_places_of_this_machine(old: str, new: str, said: str, project: Path) -> None:
    assert old in TOML
    (project / "voidgen.toml").write_text(TOML.replace(old, new))
    (line,) = refusals(project)
    assert line.startswith(said)


@pytest.mark.parametrize(
    "locked",
    [
        {"type": "path", "path": "/home/me"},
        {"type": "git", "url": "file:///home/me/x"},
        {"type": "tarball", "url": "file:///home/me/x.tar"},
        {"type": "git", "url": "/home/me/x"},
        {"type": "git", "url": "~/x"},
    ],
)
def test_a_lock_that_leads_to_files_of_this_machine(locked: dict[str, str], project: Path) -> None:
    (project / "flake.lock").write_text(lock(**locked))
    assert refusals(project) == ["flake.lock: the input nixpkgs is locked to files of this machine"]


@pytest.mark.parametrize("content", ["", "[]", '{"nodes": []}', '{"nodes": {"x": 1}}'])
def test_a_lock_that_is_none(content: str, project: Path) -> None:
    (project / "flake.lock").write_text(content)
    assert refusals(project) == ["flake.lock is not a lock file of Nix"]


@pytest.mark.parametrize("name", ["voidgen.toml", "flake.lock", "voidgen.lock", "flake.nix"])
def test_files_that_are_links(name: str, project: Path, tmp_path: Path) -> None:
    (project / name).rename(tmp_path / name)
    assert refusals(project) == [f"{name} does not exist"]
    (project / name).symlink_to(tmp_path / name)
    first, second = refusals(project)
    assert first == f"{name} is not a regular file"
    assert second.endswith("outside of the repository")


def test_links_that_lead_out(project: Path) -> None:
    (project / "keys").symlink_to("/etc")
    (project / "more").mkdir()
    (project / "more/link").symlink_to("../../../x")
    assert len(refusals(project)) == 2


def test_a_folder_elsewhere(project: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (project.parent / "link").symlink_to(tmp_path / "elsewhere")
    for place in (project.parent / "link", project.parent / "nowhere"):
        (line,) = stranger.refusals(project.parent, place)
        assert line == "the project's folder is not in the repository"
