"""`voidgen show --sizes` with the real Nix, on the offline example."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.integration.offline import Nix
from tests.support.program import Ran, voidgen

from voidgen.nix import database

NAMES = ("greet", "countdown", "notebook^out,man", "deskTools.clock", "proverb-of-the-day")


def sizes(example: Path, *words: str) -> Ran:
    ran = voidgen("--quiet", "show", "--sizes", *words, cwd=example)
    assert (ran.status, ran.err) == (0, "")
    return ran


def as_json(example: Path, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(sizes(example, "--json", *words).out)
    return found


def build(example: Path, name: str) -> None:
    """Build a single package of the example's set, as `nix build` does."""
    expression = f"""
      (import {example}/packages/2026.10 {{
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


def is_valid(empty_nix: Nix, example: Path) -> list[str]:
    """Return the packages of which the store has at least one output."""
    attribute = f"{example}#packages.{json_system(empty_nix)}.default.selected"
    selected = json.loads(empty_nix.run("nix", "eval", "--json", attribute))
    packages = {one["name"]: [*one["outputs"].values()] for one in selected}
    paths = [path for own in packages.values() for path in own]
    missing = empty_nix.run("nix-store", "--check-validity", "--print-invalid", *paths).splitlines()
    return [name for name, own in packages.items() if not {*own} <= {*missing}]


def json_system(empty_nix: Nix) -> str:
    said = empty_nix.run("nix", "eval", "--raw", "--impure", "--expr", "builtins.currentSystem")
    return said.strip()


def test_show_sizes_builds_nothing(example: Path, empty_nix: Nix) -> None:
    found = as_json(example)
    assert found["packages"] == []
    assert {*NAMES} <= {*found["unknown"]}
    assert found["total"] == {"closure": 0, "only": 0, "shared": 0}
    assert is_valid(empty_nix, example) == []
    said = sizes(example).out
    assert [row[1:3] for row in map(str.split, said.splitlines()) if row[:1] == ["greet"]] == [
        ["not", "built"]
    ]
    count = len(found["unknown"])
    assert said.endswith(
        f"not built: {count} of {count}, which these sizes do not include\n"
        "    `voidgen build` builds them\n"
    )


def test_show_sizes_of_packages_that_the_store_has(example: Path, empty_nix: Nix) -> None:
    build(example, "greet")
    build(example, "deskTools.clock")
    found = as_json(example)
    assert {one["name"] for one in found["packages"]} == {"greet", "deskTools.clock"}
    assert not {"greet", "deskTools.clock"} & {*found["unknown"]}
    assert {"countdown", "notebook^out,man"} <= {*found["unknown"]}
    assert sorted(is_valid(empty_nix, example)) == ["deskTools.clock", "greet"]
    table = sizes(example).out
    assert "countdown" in table
    assert "not built: " in table


def test_a_package_with_a_missing_output_counts_as_not_built(example: Path, empty_nix: Nix) -> None:
    build(example, "notebook")
    assert [one["name"] for one in as_json(example)["packages"]] == ["notebook^out,man"]
    (man,) = Path(empty_nix.env["NIX_STORE_DIR"]).glob("*-notebook-1.0-man")
    empty_nix.run("nix-store", "--delete", man)
    found = as_json(example)
    assert found["packages"] == []
    assert "notebook^out,man" in found["unknown"]


def test_sizes_are_the_same_as_nixs(example: Path, empty_nix: Nix) -> None:
    empty_nix.run("nix", "build", "--out-link", example / "result", example)
    found = as_json(example)
    assert found == as_json(example, "--built")
    assert found["unknown"] == []
    manifest = json.loads((example / "result" / "manifest.json").read_bytes())
    closures = {
        package["name"]: {
            info["path"]: info["narSize"]
            for path in package["outputs"].values()
            for info in empty_nix.info(path)
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
    rows = [line.split()[0] for line in sizes(example).out.splitlines()[2:] if line]
    assert rows == [*(one["name"] for one in found["packages"]), "all"]


@pytest.mark.parametrize("readable", [True, False])
def test_show_sizes_starts_few_processes(
    example: Path, empty_nix: Nix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, readable: bool
) -> None:
    empty_nix.run("nix", "build", "--no-link", example)
    programs, starts = tmp_path / "programs", tmp_path / "starts"
    programs.mkdir()
    for name in ("nix", "nix-store"):
        program = programs / name
        program.write_text(
            f'#!/bin/sh\necho "{name} $1 $2" >> {starts}\nexec {shutil.which(name)} "$@"\n'
        )
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    known = as_json(example)
    assert known["unknown"] == []
    if not readable:
        monkeypatch.setattr(database, "closure", lambda _: None)
        starts.unlink()
        assert as_json(example) == known
    assert starts.read_text().splitlines() == [
        "nix eval --json",
        "nix-store --check-validity --print-invalid",
        *([] if readable else ["nix path-info --json"]),
    ]


def test_show_sizes_refuses_a_project_that_is_not_generated(example: Path) -> None:
    text = (example / "voidgen.toml").read_text()
    (example / "voidgen.toml").write_text(text.replace('"greet"', '"dice"'))
    ran = voidgen("show", "--sizes", cwd=example)
    assert (ran.status, ran.out) == (2, "")
    assert "run `voidgen generate`" in ran.err
