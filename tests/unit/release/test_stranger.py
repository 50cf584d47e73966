"""What `verify --rebuild` refuses in someone else's project before it builds."""

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


def test_a_project_that_stays_inside_its_repository_is_accepted(project: Path) -> None:
    # Targets of the overlay's links are data of the image.
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
def test_keys_that_affect_this_machine_are_refused(more: str, said: str, project: Path) -> None:
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
        ("[xbps]", '[nix.sets.a]\nnixpkgs = "file:///x"\n[xbps]', "[nix.sets.a] nixpkgs: file:"),
        ("[xbps]", '[nix.sets.a]\nflake = "git+file:///x"\n[xbps]', "[nix.sets.a] flake: git+fi"),
        ("[image]", "[imag]", "voidgen.toml has faults"),
    ],
)
def test_paths_of_this_machine_are_refused(old: str, new: str, said: str, project: Path) -> None:
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
def test_a_flake_lock_with_files_of_this_machine_is_refused(
    locked: dict[str, str], project: Path
) -> None:
    (project / "flake.lock").write_text(lock(**locked))
    assert refusals(project) == ["flake.lock: the input nixpkgs is locked to files of this machine"]


@pytest.mark.parametrize("content", ["", "[]", '{"nodes": []}', '{"nodes": {"x": 1}}'])
def test_a_file_that_is_not_a_flake_lock_is_refused(content: str, project: Path) -> None:
    (project / "flake.lock").write_text(content)
    assert refusals(project) == ["flake.lock is not a lock file of Nix"]


@pytest.mark.parametrize("name", ["voidgen.toml", "flake.lock", "voidgen.lock", "flake.nix"])
def test_missing_files_and_links_are_refused(name: str, project: Path, tmp_path: Path) -> None:
    (project / name).rename(tmp_path / name)
    assert refusals(project) == [f"{name} does not exist"]
    (project / name).symlink_to(tmp_path / name)
    first, second = refusals(project)
    assert first == f"{name} is not a regular file"
    assert second.endswith("outside of the repository")


def test_links_out_of_the_repository_are_refused(project: Path) -> None:
    (project / "keys").symlink_to("/etc")
    (project / "more").mkdir()
    (project / "more/link").symlink_to("../../../x")
    assert len(refusals(project)) == 2


def test_a_project_outside_of_the_repository_is_refused(project: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (project.parent / "link").symlink_to(tmp_path / "elsewhere")
    for place in (project.parent / "link", project.parent / "nowhere"):
        (line,) = stranger.refusals(project.parent, place)
        assert line == "the project's folder is not in the repository"
