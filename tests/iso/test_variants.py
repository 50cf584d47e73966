"""`voidgen iso` of a project's variants, and the commands that take the ISO of one."""

import json
import time
from pathlib import Path

import pytest
from tests.iso.making import Made, settle
from tests.iso.project import commit
from tests.iso.running import well
from tests.locks.project import clone, lock_of
from tests.locks.project import well as voidgen_well
from tests.support.program import voidgen

from voidgen.image import of_iso

VARIANTS = """
[variants.console.image]
title = "Console"
file-name = "{name}-{date}"

[variants.console.nix]
packages = ["greet"]

[variants.large.xbps]
packages.add = ["jq"]
"""
CONSOLE = "tests-console-{date}.iso"


@pytest.fixture(scope="module")
def varied(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the ISOs of its two variants and its own."""
    folder = clone(made.project, tmp_path_factory.mktemp("varied") / "project")
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, made.env)
        file = folder / "voidgen.toml"
        file.write_text(file.read_text() + VARIANTS)
        voidgen_well(folder, "lock")
        voidgen_well(folder, "generate")
        commit(folder)
        well(folder, "console")
        assert [one.name for one in (folder / "out").glob("*.iso")] == [name_of_console(folder)]
        said = well(folder, "--all")
        assert said.count("(nothing to do: the ISO is current)") == 1
    return folder


@pytest.fixture
def project(varied: Path, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it."""
    settle(monkeypatch, made.env)
    return clone(varied, tmp_path / "project", made=True)


def name_of_console(folder: Path) -> str:
    newest = max(
        one["locked"]["lastModified"]
        for one in json.loads((folder / "flake.lock").read_text())["nodes"].values()
        if "locked" in one
    )
    return CONSOLE.replace("{date}", time.strftime("%Y%m%d", time.gmtime(newest)))


def test_each_image_has_its_iso(project: Path) -> None:
    console = name_of_console(project)
    out = project / "out"
    assert {one.name for one in out.glob("*.iso")} == {"tests.iso", console, "tests-large.iso"}
    plans = {one.name: of_iso.snapshot(one).plan for one in out.glob("*.iso")}
    names = {file: plan.image.name for file, plan in plans.items() if plan}
    assert names == {
        "tests.iso": "tests", console: "tests-console", "tests-large.iso": "tests-large",
    }  # fmt: skip
    assert lock_of(project)["variants"]["large"]["xbps"]["request"]["packages"] == ["htop", "jq"]


def test_all_does_nothing_if_all_are_current(project: Path) -> None:
    ran = voidgen("iso", "--all", "--json", cwd=project)
    assert ran.status == 0, ran.err
    isos = json.loads(ran.out)["isos"]
    assert [Path(one["iso"]).name for one in isos] == [
        "tests.iso", name_of_console(project), "tests-large.iso",
    ]  # fmt: skip
    assert [one["reused"] for one in isos] == [True, True, True]


def test_verify_and_diff_take_variants(project: Path) -> None:
    ran = voidgen("verify", "console", cwd=project)
    assert ran.status == 0, ran.err
    ran = voidgen("diff", "--json", "out/tests.iso", f"out/{name_of_console(project)}", cwd=project)
    assert ran.status == 0, ran.err
    assert "notebook" in ran.out


def test_check_names_the_variant(project: Path) -> None:
    ran = voidgen("check", cwd=project)
    assert ran.status == 0, ran.err + ran.out
    assert "console: " in ran.out
    assert "large: " in ran.out


def test_an_unknown_variant_starts_nothing(project: Path) -> None:
    for command in ("iso", "verify", "boot"):
        ran = voidgen(command, "consol", cwd=project)
        assert ran.status == 2
        assert ran.err.endswith("did you mean 'console'?\n")
