"""`voidgen show --sizes` with the real Nix, on the offline example."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.offline import Nix
from tests.unit.program import Ran, voidgen

from voidgen import nix as verbs

NAMES = ("greet", "countdown", "notebook^out,man", "deskTools.clock", "proverb-of-the-day")


@pytest.fixture
def nix(nix_env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nix]:
    """A store that holds nothing, also for this process."""
    root = str(Path(nix_env["NIX_STORE_DIR"]).parent)
    moved = {name: value.replace(root, str(tmp_path / "nix")) for name, value in nix_env.items()}
    Path(moved["HOME"]).mkdir(parents=True)
    for name in [name for name in os.environ if name.startswith("NIX_")]:
        monkeypatch.delenv(name)
    for name, value in moved.items():
        monkeypatch.setenv(name, value)
    verbs.version.cache_clear()
    yield Nix(moved)
    verbs.version.cache_clear()


@pytest.fixture
def project(nix: Nix, tmp_path: Path) -> Path:
    """The offline example, generated and not built."""
    assert nix
    busybox = os.environ.get("VOIDGEN_BUSYBOX") or shutil.which("busybox")
    assert busybox, "the tests need a static busybox (Debian: apt install busybox-static)"
    assert voidgen("init", "--offline", "--busybox", busybox, "project", cwd=tmp_path).status == 0
    folder = tmp_path / "project"
    assert voidgen("generate", cwd=folder).status == 0
    return folder


def sizes(project: Path, *words: str) -> Ran:
    ran = voidgen("--quiet", "show", "--sizes", *words, cwd=project)
    assert (ran.status, ran.err) == (0, "")
    return ran


def as_json(project: Path, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(sizes(project, "--json", *words).out)
    return found


def build(project: Path, name: str) -> None:
    """One package of the example's set alone, as `nix build` builds it."""
    expression = f"""
      (import {project}/packages/2026.10 {{
        system = builtins.currentSystem;
        config.allowUnfreePredicate = _: true;
        overlays = [ ];
      }}).{name}
    """
    subprocess.run(
        ["nix", "build", "--impure", "--no-link", "--expr", expression],
        check=True,
        capture_output=True,
    )


def is_valid(nix: Nix, project: Path) -> list[str]:
    """The packages that the store has something of."""
    attribute = f"{project}#packages.{json_system(nix)}.default.storePaths"
    packages = json.loads(nix.run("nix", "eval", "--json", attribute))
    paths = [path for own in packages.values() for path in own]
    missing = nix.run("nix-store", "--check-validity", "--print-invalid", *paths).splitlines()
    return [name for name, own in packages.items() if not {*own} <= {*missing}]


def json_system(nix: Nix) -> str:
    said = nix.run("nix", "eval", "--raw", "--impure", "--expr", "builtins.currentSystem")
    return said.strip()


def test_nothing_is_built_to_tell_sizes(project: Path, nix: Nix) -> None:
    found = as_json(project)
    assert found["packages"] == []
    assert {*NAMES} <= {*found["unknown"]}
    assert found["total"] == {"closure": 0, "only": 0, "shared": 0}
    assert is_valid(nix, project) == []
    said = sizes(project).out
    assert [row[1:3] for row in map(str.split, said.splitlines()) if row[:1] == ["greet"]] == [
        ["not", "built"]
    ]
    count = len(found["unknown"])
    assert said.endswith(
        f"not built: {count} of {count}, which count nowhere in these sizes\n"
        "    `nix build` builds them\n"
    )


def test_what_the_store_has_is_told_without_a_build(project: Path, nix: Nix) -> None:
    build(project, "greet")
    build(project, "deskTools.clock")
    found = as_json(project)
    assert {one["name"] for one in found["packages"]} == {"greet", "deskTools.clock"}
    assert not {"greet", "deskTools.clock"} & {*found["unknown"]}
    assert {"countdown", "notebook^out,man"} <= {*found["unknown"]}
    assert sorted(is_valid(nix, project)) == ["deskTools.clock", "greet"]
    table = sizes(project).out
    assert "countdown" in table
    assert "not built: " in table


def test_a_package_of_which_one_output_is_missing_is_not_built(project: Path, nix: Nix) -> None:
    build(project, "notebook")
    assert [one["name"] for one in as_json(project)["packages"]] == ["notebook^out,man"]
    (man,) = Path(nix.env["NIX_STORE_DIR"]).glob("*-notebook-1.0-man")
    nix.run("nix-store", "--delete", man)
    found = as_json(project)
    assert found["packages"] == []
    assert "notebook^out,man" in found["unknown"]


def test_sizes_are_those_that_nix_tells(project: Path, nix: Nix) -> None:
    nix.run("nix", "build", "--out-link", project / "result", project)
    found = as_json(project)
    assert found == as_json(project, "--built")
    assert found["unknown"] == []
    manifest = json.loads((project / "result" / "manifest.json").read_bytes())
    closures = {
        package["name"]: {
            info["path"]: info["narSize"]
            for path in package["outputs"].values()
            for info in nix.info(path)
        }
        for package in manifest["packages"]
    }
    assert {one["name"] for one in found["packages"]} == closures.keys()
    for one in found["packages"]:
        own = closures[one["name"]]
        others = {path for name in closures if name != one["name"] for path in closures[name]}
        assert one["closure"] == sum(own.values())
        assert one["only"] == sum(size for path, size in own.items() if path not in others)
        assert one["shared"] == one["closure"] - one["only"]
    whole = {path: size for own in closures.values() for path, size in own.items()}
    assert found["total"]["closure"] == sum(whole.values())
    assert found["total"]["shared"] > 1 << 20, "the shell that all of them run in"
    assert found["total"]["closure"] < manifest["closure"]["nar-size"], "it has the profile, too"
    only = [one["only"] for one in found["packages"]]
    assert only == sorted(only, reverse=True)
    rows = [line.split()[0] for line in sizes(project).out.splitlines()[2:] if line]
    assert rows == [*(one["name"] for one in found["packages"]), "all"]


def test_two_processes_are_enough_for_the_store(
    project: Path, nix: Nix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nix.run("nix", "build", "--no-link", project)
    programs, starts = tmp_path / "programs", tmp_path / "starts"
    programs.mkdir()
    for name in ("nix", "nix-store"):
        program = programs / name
        program.write_text(
            f'#!/bin/sh\necho "{name} $1 $2" >> {starts}\nexec {shutil.which(name)} "$@"\n'
        )
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    assert as_json(project)["unknown"] == []
    assert starts.read_text().splitlines() == [
        "nix eval --json",
        "nix-store --check-validity --print-invalid",
        "nix path-info --json",
    ]


def test_what_is_not_generated_is_told(project: Path) -> None:
    text = (project / "voidgen.toml").read_text()
    (project / "voidgen.toml").write_text(text.replace('"greet"', '"dice"'))
    ran = voidgen("show", "--sizes", cwd=project)
    assert (ran.status, ran.out) == (2, "")
    assert "run `voidgen generate`" in ran.err
