"""Void's locked packages as derivations of the emitted flake, with Nix's own commands."""

import json
import os
import shutil
from pathlib import Path

import pytest
from tests.integration.offline import Nix
from tests.locks.conftest import forget_packages
from tests.locks.project import clone, commit, edit, lock_of, well
from tests.locks.site import Origin, Site
from tests.locks.void import Real, Void

FILE = "jq-1.7.1_1.x86_64.xbps"
MIRROR = "/mirror"
SET = """{ system, ... }:
let
  given = builtins.path {
    name = "given";
    path = ./.;
    filter = path: _: baseNameOf path == "busybox";
  };
in
rec {
  busybox = derivation {
    name = "busybox";
    inherit system given;
    builder = "${given}/busybox";
    args = [ "sh" "-euc" "b=$given/busybox; $b mkdir -p $out/bin; $b --install -s $out/bin" ];
  };
  # A stand-in for nixpkgs' fetchurl, which tries each URL with curl.
  fetchurl = { name, urls, sha256 }: derivation {
    inherit name system urls;
    PATH = "${busybox}/bin";
    builder = "${busybox}/bin/sh";
    args = [ "-c" "for url in $urls; do wget -q -O $out $url && exit; done; exit 1" ];
    outputHash = sha256;
    outputHashAlgo = "sha256";
    outputHashMode = "flat";
  };
}
"""
XBPS_IN_SET = '  xbps = builtins.path { name = "xbps"; path = ./xbps; };\n'


@pytest.fixture
def nix(nix_env: dict[str, str]) -> Nix:
    return Nix(nix_env)


@pytest.fixture
def cached(nix: Nix, flake: Path, site: Site, tmp_path: Path) -> str:
    """Settings of a Nix whose binary cache has the packages; its store does not."""
    assert site
    cache = f"file://{tmp_path}/cache"
    nix.run("nix", "copy", "--to", cache, "--no-check-sigs", f"{flake}#xbps-packages")
    forget_packages(Path(nix.env["NIX_STORE_DIR"]))
    return f"{nix.env['NIX_CONFIG']}\nsubstituters = {cache}\n"


@pytest.fixture(scope="session")
def flake(locked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A locked project whose package set has what the derivations need."""
    folder = clone(locked, tmp_path_factory.mktemp("flake") / "project")
    busybox = os.environ.get("VOIDGEN_BUSYBOX") or shutil.which("busybox")
    assert busybox
    shutil.copy(busybox, folder / "packages" / "busybox")
    (folder / "packages" / "default.nix").write_text(SET)
    well(folder, "generate")
    commit(folder)
    return folder


def built(nix: Nix, folder: Path, *words: str, output: str = "xbps-packages") -> Path:
    said = nix.run("nix", "build", "--json", "--no-link", *words, f"{folder}#{output}")
    return Path(json.loads(said)[0]["outputs"]["out"])


@pytest.mark.usefixtures("nothing_fetched")
def test_nix_fetches_what_voidgen_fetches(
    nix: Nix, flake: Path, site: Site, origin: Origin
) -> None:
    found = built(nix, flake)
    names = {f"{one['pkgver']}.{one['arch']}.xbps" for one in lock_of(flake)["xbps"]["packages"]}
    assert {one.name for one in found.iterdir()} == names
    for name in names:
        assert (found / name).read_bytes() == (origin.packages / name).read_bytes()
    assert site.asked() == sorted(names)
    site.vanish()
    repository = Path(well(flake, "fetch").strip())
    assert {one.readlink() for one in repository.glob("*.xbps")} == {
        one.readlink() for one in found.iterdir()
    }
    assert site.asked() == []


def test_voidgen_fetches_what_nix_builds_from(nix: Nix, flake: Path, site: Site) -> None:
    well(flake, "fetch")
    site.vanish()
    built(nix, flake)
    assert site.asked() == []


def test_nix_names_a_package_with_another_byte(nix: Nix, flake: Path, site: Site) -> None:
    site.flip(FILE)
    said = nix.fail("nix", "build", "--no-link", f"{flake}#xbps-packages")
    assert f"-{FILE}" in said
    assert "hash mismatch" in said


@pytest.fixture
def mirrored(flake: Path, site: Site, tmp_path: Path) -> Path:
    """A project with a mirror that has a file which the repository has no longer."""
    folder = clone(flake, tmp_path / "project")
    mirror = site.publish(site.origin.packages, MIRROR)
    site.change(FILE, None)
    edit(folder, "[xbps]\n", f'[xbps]\nmirrors = ["{mirror}"]\n')
    well(folder, "generate")
    commit(folder)
    return folder


def test_nix_fetches_from_a_mirror(nix: Nix, mirrored: Path, site: Site) -> None:
    found = built(nix, mirrored) / FILE
    assert found.read_bytes() == (site.origin.packages / FILE).read_bytes()
    assert site.times(FILE, MIRROR) == 1


def test_voidgen_fetches_from_a_mirror(mirrored: Path, site: Site) -> None:
    well(mirrored, "fetch")
    assert site.times(FILE, MIRROR) == 1


def test_nix_fetches_from_a_binary_cache(
    nix_env: dict[str, str], cached: str, flake: Path, site: Site
) -> None:
    site.vanish()
    built(Nix({**nix_env, "NIX_CONFIG": cached}), flake)
    assert site.asked() == []


def test_voidgen_asks_the_caches_of_nix_for_what_it_cannot_fetch(
    cached: str, flake: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.change(FILE, None)
    monkeypatch.setenv("NIX_CONFIG", cached)
    assert (Path(well(flake, "fetch").strip()) / FILE).exists()


def test_nix_repairs_a_damaged_package(nix: Nix, flake: Path, site: Site, origin: Origin) -> None:
    path = (built(nix, flake) / FILE).readlink()
    path.chmod(0o644)
    path.write_bytes(b"other bytes")
    site.forget()
    derivation = nix.run("nix", "eval", "--raw", f"{flake}#xbps-packages.drvPath")
    nix.run("nix-store", "--realise", "--repair", derivation)
    assert path.read_bytes() == (origin.packages / FILE).read_bytes()
    assert site.asked() == [FILE]


def test_flake_without_a_lock_has_no_packages(nix: Nix, flake: Path, tmp_path: Path) -> None:
    folder = clone(flake, tmp_path / "project")
    (folder / "voidgen.lock").unlink()
    commit(folder)
    words = ("nix", "eval", "--json", f"{folder}#packages.x86_64-linux")
    names = json.loads(nix.run(*words, "--apply", "builtins.attrNames"))
    assert "mklive" in names
    assert not {"xbps-packages", "xbps-repository"} & {*names}


def test_nix_indexes_the_repository(
    nix: Nix, flake: Path, void: Void, site: Site, tmp_path: Path
) -> None:
    """With XBPS in the package set; the index is the same as voidgen's, and in a second build."""
    if not isinstance(void, Real):
        pytest.skip("the stand-in for XBPS does not run in Nix's sandbox")
    assert site
    folder = clone(flake, tmp_path / "project")
    shutil.copytree(void.programs.parent, folder / "packages" / "xbps", symlinks=True)
    file = folder / "packages" / "default.nix"
    file.write_text(file.read_text().replace("rec {\n", f"rec {{\n{XBPS_IN_SET}"))
    commit(folder)
    # XBPS uses libraries of this machine.
    words = ("--option", "sandbox", "false")
    found = built(nix, folder, *words, output="xbps-repository")
    built(nix, folder, *words, "--rebuild", output="xbps-repository")
    ours = Path(well(flake, "fetch").strip())
    assert {one.name for one in found.iterdir()} == {
        one.name for one in ours.iterdir() if one.suffix != ".sig2"
    }
    index = "x86_64-repodata"
    assert (found / index).read_bytes() == (ours / index).read_bytes()
