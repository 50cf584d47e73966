"""`voidgen graph`, on a made-up image of 2,000 store paths and on the offline example."""

import json
import os
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.support.closures import PACKAGES, manifest
from tests.support.documents import current
from tests.support.program import voidgen, write
from tests.support.terminal import on_terminal

ROOT = Path(__file__).parents[3]
OFFLINE = ROOT / "examples/offline"
MANIFEST = manifest(2000)
SIZE = sum(entry["narSize"] for entry in MANIFEST["closure"]["paths"])


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A project with a made-up ./result, and no other files."""
    write(tmp_path, {"voidgen.toml": '[image]\nname = "made-up"\n'})
    write(tmp_path, {"result/manifest.json": json.dumps(current(MANIFEST, tmp_path))})
    return tmp_path


def graph(built: Path, *words: str) -> dict[str, Any]:
    ran = voidgen("graph", "closure", "--format", "json", *words, cwd=built)
    assert (ran.status, ran.err) == (0, "")
    data: dict[str, Any] = json.loads(ran.out)
    return data


def test_json_has_all_paths_and_references(built: Path) -> None:
    data = graph(built)
    assert (data["version"], data["kind"], data["name"]) == (1, "closure", "made-up")
    entries = MANIFEST["closure"]["paths"]
    assert {node["id"]: node["size"] for node in data["nodes"]} == {
        entry["path"]: entry["narSize"] for entry in entries
    }
    assert {(edge["from"], edge["to"]) for edge in data["edges"]} == {
        (entry["path"], other)
        for entry in entries
        for other in entry["references"]
        if other != entry["path"]
    }
    assert sorted(name for node in data["nodes"] for name in node["asked"]) == sorted(PACKAGES)
    root = next(node for node in data["nodes"] if node["label"] == "voidgen-profile")
    assert root["share"] == SIZE


@pytest.mark.parametrize(
    "words", [["--depth", "0"], ["--depth", "1"], ["--min-size", "5 MiB"], ["--min-size", "4.7GB"]]
)
def test_folded_sizes_add_up(built: Path, words: list[str]) -> None:
    nodes = graph(built, *words)["nodes"]
    assert len(nodes) < 1000
    assert sum(node["size"] for node in nodes) == SIZE
    assert sum(node["count"] for node in nodes) == 2000
    assert {"voidgen-profile", "gimp-7.8"} <= {node["label"] for node in nodes}


def test_nothing_is_folded_at_size_0(built: Path) -> None:
    assert graph(built, "--min-size", "0") == graph(built)


def test_focus(built: Path) -> None:
    nodes = graph(built, "--focus", "gimp")["nodes"]
    assert [node["label"] for node in nodes if node["sought"]] == ["gimp-7.8"]
    assert "voidgen-profile" in {node["label"] for node in nodes}
    assert "spotify-2.3" not in {node["label"] for node in nodes}


@pytest.mark.parametrize(
    "form", ["dot", *(pytest.param(one, marks=pytest.mark.slow) for one in ("mermaid", "svg"))]
)
def test_pictures_are_folded_and_the_same_each_time(built: Path, form: str) -> None:
    words = ("graph", "closure", "--format", form)
    ran = voidgen(*words, cwd=built)
    assert ran.status == 0
    assert "40 of 2,000 store paths" in ran.err
    assert "--focus" in ran.err
    for name in PACKAGES:
        assert name in unescape(ran.out)
    assert " more, " in ran.out
    # Another process has another order in its sets.
    argv = [sys.executable, "-m", "voidgen", "--quiet", *words]
    done = subprocess.run(
        argv, cwd=built, env=os.environ | {"PYTHONHASHSEED": "7"}, capture_output=True, check=True
    )
    assert (done.stdout.decode(), done.stderr) == (ran.out, b"")


def test_svg_is_xml(built: Path) -> None:
    assert voidgen("graph", "closure", "-o", "it.svg", cwd=built).status == 0
    root = ET.parse(built / "it.svg").getroot()  # noqa: S314
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    nodes = [one for one in root.iter() if one.get("class") == "node"]
    assert 40 <= len(nodes) <= 60


@pytest.mark.slow
def test_min_size_0_draws_all_nodes(built: Path) -> None:
    ran = voidgen("graph", "closure", "--min-size", "0", "-o", "it.svg", cwd=built)
    assert (ran.status, ran.err) == (0, "")
    root = ET.parse(built / "it.svg").getroot()  # noqa: S314
    assert sum(one.get("class") == "node" for one in root.iter()) == 2000


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("it.png", b"\x89PNG\r\n\x1a\n"),
        ("it.PNG", b"\x89PNG\r\n\x1a\n"),
        ("it.gv", b"digraph "),
        ("it.mmd", b"flowchart LR\n"),
        ("it.json", b"{\n"),
        ("it.pdf", b"%PDF-"),
        ("it.txt", b"made-up: closure\n"),
    ],
)
def test_the_files_ending_chooses_the_format(built: Path, name: str, start: bytes) -> None:
    ran = voidgen("--quiet", "graph", "closure", "--output", name, cwd=built)
    assert (ran.status, ran.out, ran.err) == (0, "", "")
    assert (built / name).read_bytes().startswith(start)


@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
def test_a_picture_is_not_written_to_a_terminal(built: Path, form: str) -> None:
    status, said, errors = on_terminal(built, "graph", "closure", "--format", form)
    assert (status, said) == (2, "")
    assert "--output" in errors


def test_the_tree_fits_the_terminal(built: Path) -> None:
    status, said, _ = on_terminal(built, "graph", "closure", columns=40)
    rows = said.splitlines()
    assert (status, rows[0]) == (0, "made-up: closure")
    assert max(map(len, rows)) == 40
    assert any(row.endswith("…") for row in rows)
    piped = voidgen("graph", "closure", cwd=built)
    for row, full in zip(rows, piped.out.splitlines(), strict=True):
        assert full.startswith(row.removesuffix("…"))
    assert max(map(len, piped.out.splitlines())) > 40


def test_a_png_is_written_to_a_pipe(built: Path) -> None:
    argv = [sys.executable, "-m", "voidgen", "graph", "closure", "--format", "png"]
    done = subprocess.run(argv, cwd=built, capture_output=True, check=True)
    assert done.stdout.startswith(b"\x89PNG\r\n\x1a\n")


def test_without_graphviz(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    ran = voidgen("graph", "closure", "-o", "it.svg", cwd=built)
    assert (ran.status, ran.out) == (1, "")
    assert "dot: cannot be started" in ran.err
    assert "install the package graphviz" in ran.err
    assert not (built / "it.svg").exists()
    assert voidgen("graph", "closure", "-o", "it.mmd", cwd=built).status == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["closure", "--focus", "gimpp"], "did you mean 'gimp'"),
        (["closure", "--min-size", "5"], "append the unit"),
        (["closure", "--depth", "-1"], "--depth"),
        (["modules", "--min-size", "5 MiB"], "modules have no size"),
        (["packages"], "packages"),
        (["-o", "it.bmp"], "it.bmp: no format has the ending .bmp: use .txt, .svg"),
        (["-o", "it"], "it: has no ending that names a format: use .txt"),
        (["closure", "--format", "gif"], "gif"),
    ],
)
def test_graph_refuses_wrong_arguments(built: Path, words: list[str], said: str) -> None:
    ran = voidgen("graph", *words, cwd=built)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "voidgen build"),
        ("{}", "is not an image's manifest"),
        ('{"version": 2}', "is not an image's manifest"),
        (
            '{"kind": "voidgen-built-image", "version": 2, "plan": [], "packages": 1}',
            "is not an image's manifest",
        ),
        (
            json.dumps(MANIFEST).replace('"narSize": ', '"narSize": null, "size": '),
            "is not an image's manifest",
        ),
    ],
)
def test_a_missing_or_wrong_manifest_is_a_fault(
    tmp_path: Path, text: str | None, said: str
) -> None:
    write(tmp_path, {"voidgen.toml": ""})
    if text is not None:
        write(tmp_path, {"result/manifest.json": text})
    ran = voidgen("graph", "closure", cwd=tmp_path)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert "result" in ran.err


def test_a_missing_folder_for_the_file_is_an_error(built: Path) -> None:
    ran = voidgen("--quiet", "graph", "closure", "-o", "missing/it.json", cwd=built)
    assert (ran.status, ran.out) == (1, "")
    assert "missing/it.json: No such file or directory" in ran.err


def test_modules_of_the_root() -> None:
    ran = voidgen("graph", "modules", "--format", "json", cwd=ROOT)
    assert (ran.status, ran.err) == (0, "")
    data = json.loads(ran.out)
    plan = json.loads((ROOT / "image/manifest.json").read_text())
    asked = {
        row["name"]: [
            one["name"] if one["kind"] == "file" else f"module {one['name']}" for one in row["by"]
        ]
        for row in plan["modules"]
    }
    nodes = {node["label"]: node for node in data["nodes"]}
    assert nodes.keys() == {*asked, "voidgen.toml"}
    found: dict[str, set[str]] = {name: set() for name in asked}
    for edge in data["edges"]:
        if edge["kind"] != "after":
            found[edge["to"].removeprefix("module ")].add(edge["from"])
    assert found == {name: set(by) for name, by in asked.items()}


def test_many_modules(repository: Path) -> None:
    shutil.copytree(OFFLINE, repository, dirs_exist_ok=True)
    names = [f"made-{number}" for number in range(80)]
    write(
        repository,
        {f"overlay-src/{name}/module.toml": f'summary = "{name}"\n' for name in names}
        | {"overlay-src/made-0/module.toml": f'summary = "all"\nrequires = {names[1:]}\n'},
    )
    file = repository / "voidgen.toml"
    file.write_text(file.read_text().replace("modules = [", 'modules = ["made-0", '))
    ran = voidgen("graph", "--format", "mermaid", cwd=repository)
    assert ran.status == 0
    assert "modules" in ran.err
    assert " more" in ran.out
    ran = voidgen("graph", "--format", "mermaid", "--depth", "80", cwd=repository)
    assert (ran.status, ran.err) == (0, "")
    assert all(f'"{name}"' in ran.out for name in names)
