"""What git would change in a project's files, and voidgen's messages about it."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from tests.support.program import found, voidgen, write

from voidgen import project
from voidgen.doctor import place
from voidgen.doctor.host import Host
from voidgen.outcome.types import Outcome
from voidgen.repository import attributes, outcome, survey
from voidgen.system import git_names

CONFIG = '[image]\nname = "x"\n[overlay]\nmodules = ["a"]\n'
FILES = "overlay-src/a/files"
SILENT = {
    "text": "unset", "eol": "unspecified", "crlf": "unspecified", "ident": "unspecified",
    "filter": "unspecified", "working-tree-encoding": "unspecified",
    "export-subst": "unspecified", "export-ignore": "unspecified",
}  # fmt: skip


@pytest.fixture
def image(repository: Path) -> Path:
    """A project with one source, added to git."""
    write(repository, {"voidgen.toml": CONFIG, f"{FILES}/x": "x\n"})
    write(repository, {"overlay-src/a/module.toml": 'summary = "A"\n'})
    add_all(repository)
    return repository


def add_all(folder: Path) -> None:
    subprocess.run(["git", "add", "--all", "--force"], cwd=folder, check=True)


def findings(folder: Path) -> list[tuple[str, str, str]]:
    """Return severity, path and text of each finding."""
    return [
        (one.severity, os.path.relpath(str(one.fault.file), folder), one.fault.what)
        for one in survey.sources(project.load(folder))
    ]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({}, []),
        ({"eol": "crlf", "crlf": "set"}, []),
        ({"filter": "unset", "ident": "unset"}, []),
        ({"text": "set"}, ["text"]),
        ({"text": "auto", "eol": "crlf"}, ["text=auto"]),
        ({"text": "unspecified", "eol": "crlf"}, ["eol=crlf"]),
        ({"text": "unspecified", "crlf": "input"}, ["crlf=input"]),
        ({"text": "unspecified"}, ["text=unspecified"]),
        ({"ident": "set"}, ["ident"]),
        ({"filter": "lfs"}, ["filter=lfs"]),
        ({"working-tree-encoding": "unset"}, ["working-tree-encoding=unset"]),
        ({"export-subst": "set"}, ["export-subst"]),
        ({"export-ignore": "set"}, ["export-ignore"]),
    ],
)
def test_attributes_that_change_files_are_found(given: dict[str, str], shown: list[str]) -> None:
    assert [one.shown for one in attributes.changing_attributes({"x": SILENT | given})] == shown


def test_only_export_ignore_affects_a_folder() -> None:
    values = {"x/": SILENT | {"text": "auto"}, "y/": SILENT | {"export-ignore": "set"}}
    assert [one.file for one in attributes.changing_attributes(values)] == ["y/"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("* text=auto -diff !ident\n", {"text", "diff"}),
        ("# * text\n\n  *.x filter=a=b\n", {"filter"}),
        ("[attr]mine -text\n* mine\n", {"text", "mine"}),
        ("*\n", set()),
    ],
)
def test_the_attributes_in_a_file_are_found(text: str, names: set[str]) -> None:
    assert attributes.attribute_names(text) == names


def test_voidgens_line_overrides_every_attribute(image: Path) -> None:
    hostile = "* text=auto eol=crlf crlf ident filter=lfs working-tree-encoding=UTF-16 "
    write(image, {".gitattributes": f"{hostile} export-subst export-ignore\n{git_names.LINE}\n"})
    assert findings(image) == []


def test_generate_writes_the_attributes_once(image: Path) -> None:
    ran = voidgen("generate", "--check", cwd=image)
    assert ran.status == 1
    assert "  + .gitattributes\n" in ran.out
    assert not (image / ".gitattributes").exists()
    ran = voidgen("generate", cwd=image)
    assert (ran.status, ran.err) == (0, "")
    assert "  + .gitattributes\n" in ran.out
    assert (image / ".gitattributes").read_text() == git_names.CONTENT
    assert "flake.nix" in found(image)
    write(image, {".gitattributes": f"*.png diff=exif\n{git_names.LINE}\n"})
    assert voidgen("generate", cwd=image).status == 0
    assert "diff=exif" in (image / ".gitattributes").read_text()


def test_generate_refuses_before_it_writes(image: Path) -> None:
    write(image, {".gitattributes": "*.x text\n"})
    before = found(image)
    for words in (["generate"], ["generate", "--force"]):
        ran = voidgen(*words, cwd=image)
        assert (ran.status, ran.out) == (2, "")
        assert git_names.LINE in ran.err
        assert found(image) == before


def test_check_refuses_emitted_files(image: Path) -> None:
    assert voidgen("generate", cwd=image).status == 0
    write(image, {".git/info/attributes": "/image/manifest.json ident\n"})
    ran = voidgen("generate", "--check", cwd=image)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("image/manifest.json: git changes this file")


def test_a_generated_project_has_no_findings(image: Path) -> None:
    assert voidgen("generate", cwd=image).status == 0
    assert findings(image) == []


@pytest.mark.parametrize("place", ["own", "info", "global"])
def test_ignored_sources_are_reported(image: Path, place: str, tmp_path: Path) -> None:
    file = {"own": f"{FILES}/.gitignore", "info": ".git/info/exclude", "global": "../ignore"}[place]
    write(image, {file: "*.log\n", f"{FILES}/y.log": "", f"{FILES}/x": "x\n"})
    if place == "global":
        argv = ["git", "config", "core.excludesFile", str(tmp_path / "ignore")]
        subprocess.run(argv, cwd=image, check=True)
    subprocess.run(["git", "add", "--all"], cwd=image, check=True)
    ran = voidgen("generate", "--json", cwd=image)
    assert (ran.status, ran.err) == (0, "")
    (warning,) = json.loads(ran.out)["warnings"]
    assert warning["file"] == str(image / FILES / "y.log")
    rule = str(tmp_path / "ignore") if place == "global" else file
    assert warning["what"].startswith(f"git ignores this file ({rule}:1: *.log)")
    assert (image / "image/include/y.log").exists()
    add_all(image)
    assert findings(image) == []


def test_other_files_may_be_ignored(image: Path) -> None:
    assert voidgen("generate", cwd=image).status == 0
    write(image, {".gitignore": "*.log\n/out\n", "overlay-src/b/files/x.log": "", "out/x": ""})
    write(image, {"overlay-src/b/module.toml": 'summary = "B"\n', "overlay-src/a/notes.log": ""})
    assert findings(image) == []


def test_modes_are_not_compared_if_git_does_not_keep_them(image: Path) -> None:
    assert voidgen("generate", cwd=image).status == 0
    (image / FILES / "x").chmod(0o600)
    assert [severity for severity, *_ in findings(image)] == ["differs"]
    subprocess.run(["git", "config", "core.fileMode", "false"], cwd=image, check=True)
    assert findings(image) == []


def test_modes_in_module_toml_are_not_compared(image: Path) -> None:
    assert voidgen("generate", cwd=image).status == 0
    text = 'summary = "A"\n[files."/x"]\nmode = "0400"\n[directories."/empty"]\n'
    write(image, {"overlay-src/a/module.toml": text})
    (image / FILES / "x").chmod(0o600)
    (image / FILES / "empty").mkdir()
    assert findings(image) == []


def test_a_link_to_the_package_set_must_be_in_git(image: Path) -> None:
    text = f'{CONFIG}[nix]\nnixpkgs = "./set"\n'
    write(image, {"voidgen.toml": text, "sets/one/default.nix": ""})
    (image / "set").symlink_to("sets/one")
    ran = voidgen("generate", cwd=image)
    assert ran.status == 2
    assert "git add --force --intent-to-add set`" in ran.err
    add_all(image)
    assert voidgen("generate", cwd=image).err == ""


def _doctor(folder: Path) -> Outcome:
    return next(one for one in place.check(Host(), folder) if one.name == outcome.NAME)


def test_doctor_reports_the_findings(image: Path) -> None:
    assert _doctor(image).state == "failed"
    assert voidgen("generate", cwd=image).status == 0
    assert _doctor(image).state == "passed"
    write(image, {".git/info/exclude": "*.log\n", f"{FILES}/y.log": ""})
    said = _doctor(image)
    assert said.state == "warning"
    assert said.about.startswith(f"{FILES}/y.log: git ignores this file (.git/info/exclude:1")
    write(image, {".gitattributes": "* text=auto\n"})
    assert _doctor(image).state == "failed"
    write(image, {"voidgen.toml": "wrong"})
    assert _doctor(image).state == "skipped"


def test_generate_ignores_files_that_are_not_added(image: Path) -> None:
    """`git status` and `voidgen check` show them."""
    assert voidgen("generate", cwd=image).status == 0
    write(image, {f"{FILES}/new": ""})
    assert voidgen("generate", cwd=image).err == ""
    assert _doctor(image).state == "passed"
    assert [severity for severity, *_ in findings(image)] == ["new"]


def test_a_name_that_becomes_too_long_when_escaped_is_refused(image: Path) -> None:
    write(image, {f"{FILES}/.git{'x' * 251}": ""})
    ran = voidgen("generate", cwd=image)
    assert ran.status == 2
    assert "has a name longer than 254 bytes" in ran.err
