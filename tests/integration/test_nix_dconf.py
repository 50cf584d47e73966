"""dconf databases, compiled by the real dconf in a build of the real Nix."""

import json
import re
import shutil
import subprocess
from copy import deepcopy
from pathlib import Path

import pytest
from tests.integration.offline import (
    SYSTEM,
    Nix,
    directory,
    entry,
    made,
    manifest,
    track,
    write_project,
)

KEYFILES = "/etc/dconf/db/local.d"
INCLUDE = (
    directory("/etc"),
    directory("/etc/dconf"),
    directory("/etc/dconf/db"),
    directory(KEYFILES),
    directory(f"{KEYFILES}/locks"),
    entry("file", f"{KEYFILES}/00-a", "0644"),
    entry("file", f"{KEYFILES}/10-b", "0644"),
    entry("file", f"{KEYFILES}/locks/keyboard", "0644"),
    made("dconf-database", "/etc/dconf/db/local", keyfiles=KEYFILES, module="dconf-cinnamon"),
)
TEXTS = {
    "00-a": "[org/a]\nx='first'\ny=[('xkb', 'ch+fr_nodeadkeys')]\n",
    "10-b": "[org/a]\nx='last'\n",
    "locks/keyboard": "/org/a/y\n",
    # Not listed in the manifest.
    "20-stray": "[org/a]\nx='stray'\n",
}

SET = """args:
import ../2026.10 args // {
  dconf = derivation {
    name = "dconf";
    inherit (args) system;
    builder = "${(import ../2026.10 args).busybox}/bin/sh";
    args = [ "-euc" ''
      PATH=$busybox/bin
      mkdir -p $out/bin
      cp -R $given $out/lib
      printf '#!%s\\nexec %s "$@"\\n' \\
        $busybox/bin/sh "$out/lib/loader --library-path $out/lib $out/lib/dconf" > $out/bin/dconf
      chmod 0755 $out/bin/dconf $out/lib/loader $out/lib/dconf
    '' ];
    inherit (import ../2026.10 args) busybox;
    given = ./given;
  };
}
"""
"""The embedded package set, and in it a dconf made of this machine's, which needs no other file."""


def write(project: Path, nixpkgs: str) -> Path:
    write_project(project, manifest(include=INCLUDE), nixpkgs)
    for name, text in TEXTS.items():
        (project / "image/include" / KEYFILES[1:] / name).write_text(text)
    track(project)
    return project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = write(tmp_path / "project", "./packages/with-dconf")
    given = project / "packages/with-dconf/given"
    given.mkdir(parents=True)
    (given.parent / "default.nix").write_text(SET)
    dconf = shutil.which("dconf")
    assert dconf, "the tests need dconf (Debian: apt install dconf-cli)"
    shutil.copy(dconf, given / "dconf")
    needed = subprocess.run(["ldd", dconf], capture_output=True, text=True, check=True).stdout
    for library in re.findall(r"(/\S+) \(0x", needed):
        shutil.copy(library, given / ("loader" if "/ld-" in library else Path(library).name))
    track(project)
    return project


def compiled(folder: Path, out: Path) -> bytes:
    """Return the database that dconf makes from the same key files outside Nix."""
    keyfiles = folder / "keyfiles"
    for name in ("locks/keyboard", "10-b", "00-a"):
        file = keyfiles / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(TEXTS[name])
    subprocess.run(["dconf", "compile", out, keyfiles], check=True)
    return out.read_bytes()


def test_the_database_is_compiled_from_the_manifests_key_files(
    nix: Nix, project: Path, tmp_path: Path
) -> None:
    include = nix.build(project, "include")
    database = include / "etc/dconf/db/local"
    assert database.read_bytes() == compiled(tmp_path, tmp_path / "local")
    assert not (include / KEYFILES[1:] / "20-stray").exists()
    # An ordinary file of the overlay: no link, and no reference to the store.
    assert database.is_file()
    assert not database.is_symlink()
    assert nix.info(include)[0]["references"] == []


def test_dconf_sees_the_key_files_names_in_the_image(
    nix: Nix, project: Path, tmp_path: Path
) -> None:
    folder = project / "image/include" / KEYFILES[1:]
    (folder / "10-b").rename(folder / "@.git-b")
    data = deepcopy(manifest(include=INCLUDE))
    (moved,) = (one for one in data["include"] if one["path"] == f"{KEYFILES}/10-b")
    moved |= {"path": f"{KEYFILES}/.git-b", "emitted": f"{KEYFILES}/@.git-b"}
    (project / "image/manifest.json").write_text(json.dumps(data))
    track(project)
    compiled(tmp_path, tmp_path / "local")
    (tmp_path / "keyfiles/10-b").rename(tmp_path / "keyfiles/.git-b")
    subprocess.run(["dconf", "compile", tmp_path / "other", tmp_path / "keyfiles"], check=True)
    include = nix.build(project, "include")
    assert (include / KEYFILES[1:] / ".git-b").read_text() == TEXTS["10-b"]
    assert not (include / KEYFILES[1:] / "@.git-b").exists()
    assert (include / "etc/dconf/db/local").read_bytes() == (tmp_path / "other").read_bytes()


def derivation(nix: Nix, project: Path) -> str:
    """Return the database's derivation."""
    needed = nix.run("nix", "path-info", "--derivation", "--recursive", f"{project}#include")
    (found,) = (path for path in needed.split() if path.endswith("-dconf-db.drv"))
    return found


def test_only_listed_key_files_change_the_databases_derivation(nix: Nix, project: Path) -> None:
    before = derivation(nix, project)
    (project / "image/include" / KEYFILES[1:] / "20-stray").write_text("[org/a]\nx='other'\n")
    assert derivation(nix, project) == before
    (project / "image/include" / KEYFILES[1:] / "00-a").write_text("[org/a]\nx='other'\n")
    assert derivation(nix, project) != before


def test_building_the_database_again_gives_the_same_bytes(nix: Nix, project: Path) -> None:
    nix.build(project, "include")
    # The database has its own derivation.
    nix.run("nix-store", "--realise", "--check", derivation(nix, project))
    nix.run("nix", "build", "--no-link", "--rebuild", f"{project}#include")


def test_the_overlays_check_passes_with_the_database(nix: Nix, project: Path) -> None:
    nix.run("nix", "build", "--no-link", f"{project}#checks.{SYSTEM}.include")


def test_a_key_file_that_dconf_refuses_stops_the_build(nix: Nix, project: Path) -> None:
    (project / "image/include" / KEYFILES[1:] / "00-a").write_text("[org/a]\nx=unquoted\n")
    assert "00-a" in nix.fail(
        "nix", "build", "--no-link", "--print-build-logs", f"{project}#include"
    )


def test_a_package_set_without_dconf_is_an_error_that_names_the_module(
    nix: Nix, tmp_path: Path
) -> None:
    project = write(tmp_path / "project", "./packages/2026.10")
    said = nix.fail("nix", "build", "--no-link", f"{project}#include")
    assert 'module "dconf-cinnamon" needs dconf, which compiles /etc/dconf/db/local' in said
    assert "Take the module out of voidgen.toml, or add dconf to the package set." in said
    assert "building '" not in said
