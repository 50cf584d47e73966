"""`voidgen lock` and `update` of nixpkgs: its revision, the image's packages, and its XBPS."""

import shutil
from pathlib import Path

import pytest
from attrs import frozen
from tests.integration.offline import PACKAGES
from tests.locks.project import (
    FLAKE_LOCK,
    LOCK,
    changes,
    clone,
    commit,
    edit,
    git,
    lock_of,
    project,
    refused,
    repository,
    toml,
    versions,
    well,
)
from tests.locks.site import Origin, Site
from tests.locks.void import Void
from tests.support.program import voidgen

FLAKE = {"flake.nix": "{ outputs = _: { }; }\n"}
SET = """args:
let set = import ./%s args; in
set // {
  xbps = derivation {
    inherit (args) system;
    name = "xbps-0";
    builder = "${set.busybox}/bin/sh";
    args = [ "-euc" "mkdir -p $out/bin && cp $programs/* $out/bin" ];
    PATH = "${set.busybox}/bin";
    programs = ./programs;
  };
}
"""


@frozen
class Nixpkgs:
    """A repository of package sets, and two commits of it."""

    folder: Path
    old: str
    new: str

    def reference(self, branch: str) -> str:
        return f"git+file://{self.folder}?ref={branch}"


@pytest.fixture(scope="session")
def nixpkgs(void: Void, tmp_path_factory: pytest.TempPathFactory) -> Nixpkgs:
    """Package sets with XBPS's programs; branch `main` is the older one, `next` the newer one."""
    folder = tmp_path_factory.mktemp("nixpkgs") / "nixpkgs"
    shutil.copytree(PACKAGES, folder)
    shutil.copy(shutil.which("busybox") or "", folder / "busybox")
    programs = {
        f"programs/{name}": f'#!/bin/sh\nexec {void.programs}/{name} "$@"\n'
        for name in ("xbps-install", "xbps-query", "xbps-rindex", "xbps-uhelper")
    }
    old = repository(folder, {**FLAKE, **programs, "default.nix": SET % "2026.04"})
    for name in programs:
        (folder / name).chmod(0o755)
    old = commit(folder)
    git(folder, "checkout", "--quiet", "-b", "next")
    new = commit(folder, {"default.nix": SET % "2026.10"}, day=9)
    git(folder, "checkout", "--quiet", "main")
    return Nixpkgs(folder, old, new)


@pytest.fixture
def moving(nixpkgs: Nixpkgs, tmp_path: Path) -> Nixpkgs:
    """A copy whose branch `main` tests may change."""
    return Nixpkgs(clone(nixpkgs.folder, tmp_path / "nixpkgs"), nixpkgs.old, nixpkgs.new)


def nix_table(found: Nixpkgs, *packages: str) -> str:
    names = ", ".join(f'"{name}"' for name in packages)
    return f'nixpkgs = "{found.reference("main")}"\npackages = [{names}]\n'


def move(found: Nixpkgs) -> None:
    git(found.folder, "reset", "--quiet", "--hard", found.new)


def test_update_prints_revisions_dates_and_versions(moving: Nixpkgs, tmp_path: Path) -> None:
    table = nix_table(moving, "greet", "countdown", "dice", "deskTools.clock")
    folder = project(tmp_path / "project", toml(None, nix=table))
    came = f"  + input nixpkgs  {moving.old[:12]} 2026-01-01\n"
    assert well(folder, "lock") == f"{came}wrote flake.lock, voidgen.lock\n"
    commit(folder)
    move(moving)
    assert well(folder, "lock") == "nothing changed\n"
    assert well(folder, "update", "nixpkgs").splitlines() == [
        f"  ~ input nixpkgs  {moving.old[:12]} 2026-01-01 -> {moving.new[:12]} 2026-01-09",
        "  ~ nix countdown  1.4.0 -> 1.4.2",
        "  ~ nix deskTools.clock  1.0 -> 1.1",
        "  ~ nix dice  3.0 -> 2.9",
        "wrote flake.lock, voidgen.lock",
    ]
    assert changes(folder) == [FLAKE_LOCK, LOCK]
    assert well(folder, "update", "nixpkgs") == "nothing changed\n"


def test_update_changes_nothing_if_the_packages_do_not_evaluate(
    moving: Nixpkgs, tmp_path: Path
) -> None:
    folder = project(
        tmp_path / "project", toml(None, nix=nix_table(moving, "linecount", "countdown"))
    )
    well(folder, "lock")
    commit(folder)
    move(moving)
    for words in (["update"], ["update", "nixpkgs"]):
        said = refused(folder, *words)
        assert (
            "the image's packages do not evaluate with the new nixpkgs, so nothing changed" in said
        )
        assert 'has no package "linecount"' in said
        assert "--no-eval" in said
    said = well(folder, "update", "nixpkgs", "--no-eval")
    assert f"-> {moving.new[:12]} 2026-01-09" in said
    assert "~ nix" not in said


def test_update_to_a_set_that_has_a_missing_package(moving: Nixpkgs, tmp_path: Path) -> None:
    folder = project(tmp_path / "project", toml(None, nix=nix_table(moving, "pomodoro")))
    well(folder, "lock")
    move(moving)
    said = well(folder, "update")
    assert said.splitlines()[-1] == "wrote flake.lock, voidgen.lock"


def test_lock_uses_xbps_from_nixpkgs(
    nixpkgs: Nixpkgs,
    site: Site,
    nix_env: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", nix_env["PATH"])
    text = toml(site.origin.mklive, [site.url], nix=nix_table(nixpkgs, "greet"))
    folder = project(tmp_path / "project", text)
    well(folder, "lock")
    assert versions(folder)["htop"] == "3.3.0_1"
    assert (Path(well(folder, "fetch").strip()) / "htop-3.3.0_1.x86_64.xbps").exists()


def test_everything_is_updated_at_once(
    moving: Nixpkgs, origin: Origin, site: Site, tmp_path: Path
) -> None:
    text = toml(origin.mklive, [site.url], nix=nix_table(moving, "dice"))
    folder = project(tmp_path / "project", text)
    well(folder, "lock")
    commit(folder)
    move(moving)
    site.publish(origin.later)
    said = well(folder, "update").splitlines()
    assert [line.split()[1:3] for line in said if line.startswith("  ~ ")] == [
        ["input", "nixpkgs"],
        ["nix", "dice"],
        ["xbps", "htop"],
        ["xbps", "linux6.1"],
    ]
    assert changes(folder) == [FLAKE_LOCK, LOCK]


def test_updating_nixpkgs_keeps_void_packages(
    moving: Nixpkgs, origin: Origin, site: Site, tmp_path: Path
) -> None:
    text = toml(origin.mklive, [site.url], nix=nix_table(moving, "dice"))
    folder = project(tmp_path / "project", text)
    well(folder, "lock")
    commit(folder)
    move(moving)
    site.publish(origin.later)
    before = lock_of(folder)["xbps"]
    well(folder, "update", "nixpkgs")
    assert changes(folder) == [FLAKE_LOCK, LOCK]
    assert lock_of(folder)["xbps"] == before
    assert site.asked() == []


def test_another_nixpkgs_in_voidgen_toml_is_locked(nixpkgs: Nixpkgs, tmp_path: Path) -> None:
    folder = project(tmp_path / "project", toml(None, nix=nix_table(nixpkgs, "dice")))
    well(folder, "lock")
    edit(folder, "ref=main", "ref=next")
    said = well(folder, "lock")
    assert f"{nixpkgs.old[:12]} 2026-01-01 -> {nixpkgs.new[:12]} 2026-01-09" in said
    assert "  ~ nix dice  3.0 -> 2.9\n" in said


def test_add_looks_names_up_in_the_locked_nixpkgs(
    nixpkgs: Nixpkgs, origin: Origin, site: Site, tmp_path: Path
) -> None:
    # Only the older set has `linecount`.
    text = toml(origin.mklive, [site.url], nix=f'nixpkgs = "{nixpkgs.reference("main")}"\n')
    folder = project(tmp_path / "project", text)
    ran = voidgen("add", "nix", "linecount", "--dry-run", cwd=folder)
    assert (ran.status, "could not be checked" in ran.err) == (0, False), "by the current reference"
    well(folder, "lock")
    newer = nixpkgs.reference("next")
    ran = voidgen("add", "nix", "linecuont", cwd=folder)
    assert ran.status == 2
    assert "similar names: linecount" in ran.err
    edit(folder, nixpkgs.reference("main"), newer)
    ran = voidgen("add", "nix", "linecount", cwd=folder)
    assert ran.status == 2, "a lock of another reference is none"
    edit(folder, newer, f"git+file://{tmp_path}/none")
    ran = voidgen("add", "nix", "linecount", cwd=folder)
    assert ran.status == 0
    assert "voidgen could not check linecount: git+file:" in ran.err
