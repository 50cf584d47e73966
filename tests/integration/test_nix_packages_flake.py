"""The packages' flake in the image, for each kind of package set."""

import http.server
import json
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.integration.offline import (
    NIX_CODE,
    PACKAGES,
    SYSTEM,
    Nix,
    directory,
    made,
    manifest,
    track,
    write_project,
)
from tests.support.program import voidgen

TOML = """
[image]
name = "tests"
[nix]
nixpkgs = {nixpkgs}
packages = ["greet", "deskTools.clock", "proverb-of-the-day"]
unfree = ["proverbs"]
[mklive]
source = {mklive}
[overlay]
modules = ["nix-profile"]
"""
PLACE = "include/etc/voidgen/packages"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the files of a folder, and yield the URL."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as it:
        threading.Thread(target=it.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{it.server_port}"
        finally:
            it.shutdown()


def git(folder: Path) -> str:
    """Make ``folder`` a repository, and return its flake reference."""
    name = ("-c", "user.name=tests", "-c", "user.email=tests@example.org")
    for words in (("init", "-q"), ("add", "-A"), (*name, "commit", "-qm", "all")):
        subprocess.run(["git", "-C", folder, *words], check=True)
    return f"git+file://{folder}"


@pytest.fixture
def package_set(tmp_path: Path, offline_project: Path) -> Path:
    """The offline example's package set in a repository like that of nixpkgs."""
    folder = tmp_path / "package set"
    subprocess.run(["cp", "-R", PACKAGES, folder], check=True)
    busybox = offline_project / "packages/busybox"
    (folder / "busybox").write_bytes(busybox.read_bytes())
    (folder / "busybox").chmod(0o755)
    (folder / "default.nix").write_text("import ./2026.10\n")
    (folder / "flake.nix").write_text("{ outputs = _: { }; }\n")
    return folder


def build(nix: Nix, tmp_path: Path, nixpkgs: str) -> Path:
    mklive = tmp_path / "mklive"
    mklive.mkdir()
    (mklive / "mklive.sh").write_text("# a stand-in\n")
    (mklive / "version").write_text("1\n")
    project = tmp_path / "project"
    project.mkdir()
    text = TOML.format(nixpkgs=json.dumps(nixpkgs), mklive=json.dumps(git(mklive)))
    (project / "voidgen.toml").write_text(text)
    subprocess.run(["git", "init", "-q", project], check=True)
    ran = voidgen("generate", cwd=project)
    assert ran.status == 0, ran.err
    track(project)
    nix.run("nix", "flake", "lock", project)
    track(project)
    return nix.build(project)


def copied(image: Path, live: Path) -> Path:
    """Copy the flake to ``live``, because a live system has it outside of a store."""
    subprocess.run(["cp", "-RL", image / PLACE, live], check=True)
    subprocess.run(["chmod", "-R", "u+w", live], check=True)
    return live


def versions(nix: Nix, live: Path) -> dict[str, str]:
    names = ("greet.version", "deskTools.clock.version", "proverb-of-the-day.outPath")
    return {
        name: nix.run(
            "nix", "eval", "--raw", "--no-update-lock-file",
            f"path:{live}#legacyPackages.{SYSTEM}.{name}",
        )
        for name in names
    }  # fmt: skip


def test_the_flake_refers_to_a_public_package_set(
    nix: Nix, package_set: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    with tarfile.open(site / "set.tar.gz", "w:gz") as tar:
        tar.add(package_set, "set")
    with served(site) as url:
        image = build(nix, tmp_path, f"{url}/set.tar.gz")
        live = copied(image, tmp_path / "live")
        assert_style(live)
        assert not (live / "set").exists()
        lock = (live / "flake.lock").read_bytes()
        project = json.loads((tmp_path / "project/flake.lock").read_bytes())
        nodes = json.loads(lock)["nodes"]
        node = project["nodes"]["nixpkgs"]
        # Not all releases of Nix record an archive's date.
        locked = {key: one for key, one in node["locked"].items() if key != "lastModified"}
        assert nodes == {
            "root": {"inputs": {"nixpkgs": "nixpkgs"}},
            "nixpkgs": {**node, "locked": locked},
        }
        (entry,) = json.loads((live / "registry.json").read_bytes())["flakes"]
        assert entry == {
            "from": {"type": "indirect", "id": "nixpkgs"},
            "to": nodes["nixpkgs"]["locked"],
        }
        found = versions(nix, live)
        assert found["deskTools.clock.version"] == "1.1"
        assert found["proverb-of-the-day.outPath"] in (image / "store-paths").read_text()
        # The lock file is complete.
        nix.run("nix", "flake", "lock", f"path:{live}")
        assert (live / "flake.lock").read_bytes() == lock
        elsewhere = f"path:{live}#legacyPackages.{SYSTEM}.deskTools.sticky.outPath"
        assert nix.run("nix", "eval", "--raw", elsewhere)


def test_the_image_contains_a_package_set_of_this_machine(
    nix: Nix, package_set: Path, tmp_path: Path
) -> None:
    package_set = package_set.rename(tmp_path / "package-set")
    image = build(nix, tmp_path, git(package_set))
    live = copied(image, tmp_path / "live")
    assert not (live / "set").exists()
    lock = (live / "flake.lock").read_bytes()
    locked = json.loads(lock)["nodes"]["nixpkgs"]["locked"]
    # The image's store contains the set once, because the profile refers to it.
    assert locked["path"] in (image / "store-paths").read_text().splitlines()
    references = {path: one["references"] for path, one in of(image).items()}
    profile = str((image / "profile").resolve())
    assert locked["path"] in references[profile]
    assert references[locked["path"]] == []
    assert locked["narHash"] == nix.run("nix", "hash", "path", locked["path"]).strip()
    # No path of this machine is in it: neither the project's nor the set's.
    assert str(tmp_path).encode() not in b"".join(
        file.read_bytes() for file in live.rglob("*") if file.is_file()
    )
    subprocess.run(["rm", "-r", package_set], check=True)
    found = versions(nix, live)
    assert found["deskTools.clock.version"] == "1.1"
    assert found["proverb-of-the-day.outPath"] in (image / "store-paths").read_text()
    # The lock file is complete, and Nix copies nothing.
    before = {*Path(nix.env["NIX_STORE_DIR"]).glob("*-source")}
    nix.run("nix", "flake", "lock", f"path:{live}")
    assert (live / "flake.lock").read_bytes() == lock
    nix.run("nix", "eval", "--raw", f"path:{live}#legacyPackages.{SYSTEM}.greet.version")
    after = {*Path(nix.env["NIX_STORE_DIR"]).glob("*-source")}
    assert all((path / "flake.lock").exists() for path in after - before)


def test_the_image_contains_a_package_set_in_the_project(nix: Nix, tmp_path: Path) -> None:
    include = [directory("/etc"), made("packages-flake", "/etc/p", "0755", "directory")]
    project = write_project(tmp_path / "project", manifest(("greet",), include=include))
    image = nix.build(project)
    live = tmp_path / "live"
    shutil.copytree(image / "include/etc/p", live)
    lock = json.loads((live / "flake.lock").read_bytes())
    assert lock["nodes"]["nixpkgs"]["locked"]["path"] in (image / "store-paths").read_text()
    assert 'inputs.nixpkgs + "/2026.10"' in (live / "flake.nix").read_text()
    assert_style(live)
    reference = f"path:{live}#legacyPackages.{SYSTEM}.greet.outPath"
    found = nix.run("nix", "eval", "--raw", "--no-update-lock-file", reference)
    assert found in (image / "store-paths").read_text()


def assert_style(live: Path) -> None:
    """Assert that the flake's first line says it is emitted, and that nixfmt, if found, agrees."""
    file = live / "flake.nix"
    assert file.read_text().startswith("# Emitted by voidgen")
    if shutil.which("nixfmt"):
        subprocess.run(["nixfmt", "--check", file], check=True)


def of(image: Path) -> dict[str, Any]:
    """Return the manifest's entries for the closure's paths."""
    manifest = json.loads((image / "manifest.json").read_bytes())
    return {one["path"]: one for one in manifest["closure"]["paths"]}


def test_the_flake_refuses_unfree_packages_that_voidgen_toml_does_not_allow(
    nix: Nix, package_set: Path, tmp_path: Path
) -> None:
    package_set = package_set.rename(tmp_path / "package-set")
    live = copied(build(nix, tmp_path, git(package_set)), tmp_path / "live")
    request = live / "packages.json"
    request.write_text(request.read_text().replace('"proverbs"', ""))
    said = nix.fail(
        "nix", "eval", "--raw", f"path:{live}#legacyPackages.{SYSTEM}.proverb-of-the-day.outPath"
    )
    assert "proverbs" in said
    assert "unfree" in said


def test_the_hash_in_the_profiles_url_is_the_flakes(
    nix: Nix, package_set: Path, tmp_path: Path
) -> None:
    package_set = package_set.rename(tmp_path / "package-set")
    image = build(nix, tmp_path, git(package_set))
    (url, *_) = {
        element["url"]
        for element in json.loads((image / "profile/manifest.json").read_bytes())["elements"]
    }
    hash_ = nix.run("nix", "hash", "path", (image / PLACE).resolve()).strip()
    assert url.endswith("narHash=" + hash_.replace("+", "%2B").replace("=", "%3D"))


LATER: dict[str, dict[str, object]] = {
    "git": {
        "dir": "a", "lastModified": 5, "narHash": "sha256-x", "ref": "refs/heads/main",
        "rev": "0f", "type": "git", "url": "https://example.org/set",
    },
    "archive": {
        "lastModified": 5, "narHash": "sha256-x", "type": "tarball",
        "url": "https://example.org/set.tar.gz",
    },
}  # fmt: skip
# How Nix 2.8 locks the same inputs.
EARLIER: dict[str, dict[str, object]] = {
    "git": LATER["git"] | {"ref": "main", "revCount": 7, "url": "https://example.org/set?dir=a"},
    "archive": {key: value for key, value in LATER["archive"].items() if key != "lastModified"},
}
SET = """
let
  set = import %s {
    nixpkgs = "/elsewhere";
    input = "nixpkgs";
    isFlake = false;
    follows = [ ];
    overlays = [ ];
    project = %s;
    lock = %s/flake.lock;
  };
in { inherit (set) locked node nodes; }
"""


def locked_in_the_image(nix: Nix, folder: Path, locked: dict[str, object]) -> str:
    """Return what the image's flake is locked to if the project's flake.lock has ``locked``."""
    original = {key: locked[key] for key in ("dir", "type", "url") if key in locked}
    nodes = {
        "nixpkgs": {"locked": locked, "original": original},
        "root": {"inputs": {"nixpkgs": "nixpkgs"}},
    }
    lock = {"nodes": nodes, "root": "root", "version": 7}
    (folder / "flake.lock").write_text(json.dumps(lock))
    code = NIX_CODE / "package-set.nix"
    return nix.run("nix", "eval", "--impure", "--json", "--expr", SET % (code, folder, folder))


@pytest.mark.parametrize("kind", LATER)
def test_lock_of_another_nix_gives_the_same_flake(nix: Nix, kind: str, tmp_path: Path) -> None:
    later = locked_in_the_image(nix, tmp_path, LATER[kind])
    assert later == locked_in_the_image(nix, tmp_path, EARLIER[kind])
    locked = json.loads(later)["locked"]
    assert locked["url"] == LATER[kind]["url"]
    assert locked.get("ref") == ("main" if kind == "git" else None)
    assert ("lastModified" in locked) == (kind == "git")
