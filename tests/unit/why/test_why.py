"""`voidgen why` for each kind of name; its numbers for store paths agree with their definition."""

import json
import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.closures import manifest
from tests.support.documents import current
from tests.support.program import voidgen, write
from tests.unit.graph.test_fold import Graph, graphs, left_by

from voidgen.graph.weigh import roots
from voidgen.why.kept import kept

ROOT = Path(__file__).parents[3]
OFFLINE = ROOT / "examples/offline"
MANIFEST = manifest(2000)


@pytest.fixture
def built(tmp_path: Path) -> Path:
    text = (OFFLINE / "voidgen.toml").read_text().replace("./packages/2026.10", "github:o/r")
    shutil.copytree(OFFLINE, tmp_path, dirs_exist_ok=True)
    write(tmp_path, {"voidgen.toml": text})
    write(tmp_path, {"result/manifest.json": json.dumps(current(MANIFEST, tmp_path))})
    return tmp_path


@given(graphs(), st.integers(0, 9), st.integers(1, 4))
def test_sizes_and_ways_of_store_paths_agree_with_their_definition(
    graph: Graph, number: int, limit: int
) -> None:
    path = f"n{number % len(graph)}"
    (found,) = kept(graph, [path], limit)
    leaving = left_by(graph, path)
    assert {*found.leaving} == leaving - {path}
    assert found.share == sum(graph.nodes[one]["size"] for one in leaving)
    needed = nx.descendants(graph, path)
    assert found.closure == sum(graph.nodes[one]["size"] for one in needed) + found.size
    ways = [
        tuple(way)
        for root in roots(graph)
        for way in ([[root]] if root == path else nx.all_simple_paths(graph, root, path))
    ]
    assert {*found.ways} <= {*ways}
    assert [*map(len, found.ways)] == sorted(map(len, ways))[:limit]
    assert len({*found.ways}) == len(found.ways)
    assert found.more == (len(ways) > limit)


@pytest.mark.parametrize("kind", ["module", "Void package", "service", "path", "Nix package"])
def test_everything_in_the_root_image_is_explained_from_its_voidgen_toml(kind: str) -> None:
    plan = json.loads((ROOT / "image/manifest.json").read_text())
    rows: list[dict[str, Any]] = {
        "module": plan["modules"],
        "Void package": plan["xbps"]["packages"],
        "Nix package": plan["nix"]["packages"],
        "service": plan["services"],
        "path": [{"name": row["path"], "by": [1]} for row in plan["include"] if "hash" in row],
    }[kind]
    for row in [*rows[:3], *rows[-3:]]:
        ran = voidgen("why", row["name"], "--json", cwd=ROOT)
        assert (ran.status, ran.err) == (0, ""), row
        found = [one for one in json.loads(ran.out)["reasons"] if one["kind"] == kind]
        (reason,) = found
        assert len(reason["ways"]) == len(row["by"])
        for way in reason["ways"]:
            assert way[0]["file"] == str(ROOT / "voidgen.toml")
            assert row["name"] in way[-1]["what"]
            for step in way:
                file = Path(step["file"])
                if file.suffix == ".toml":
                    # The line in voidgen.toml contains the name.
                    line = file.read_text().splitlines()[step["line"] - 1]
                    assert step["what"].split()[-1].rpartition("/")[2] in line


def test_an_option_leads_to_who_sets_it() -> None:
    ran = voidgen("why", "lightdm-live.session", cwd=ROOT)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("option lightdm-live.session: 'cinnamon'\n")
    assert ran.out.endswith("module cinnamon-live sets it\n")
    # A module's own reason is followed by what others set.
    assert voidgen("why", "lightdm-live", cwd=ROOT).out.endswith(f"\n\n{ran.out}")


def test_an_option_with_its_default_leads_to_its_module() -> None:
    ran = voidgen("why", "nix-daemon.sandbox", "--json", cwd=ROOT)
    (reason,) = json.loads(ran.out)["reasons"]
    *_, last = reason["ways"][0]
    assert last["what"] == f"its default is {reason['about']}"
    line = Path(last["file"]).read_text().splitlines()[last["line"] - 1]
    assert line == f"default = {reason['about']}"


def test_a_name_of_several_kinds_is_explained_for_each() -> None:
    ran = voidgen("why", "lightdm", cwd=ROOT)
    assert (ran.status, ran.err) == (0, "")
    text = (ROOT / "voidgen.toml").read_text().splitlines()
    line = next(number for number, one in enumerate(text, 1) if one.startswith("modules = "))
    package, service = ran.out.split("\n\n")
    assert package.startswith("Void package lightdm\n")
    assert service.startswith("service lightdm: from lightdm\n")
    for one in (package, service):
        assert f"  voidgen.toml:{line}: asks for module cinnamon-live\n" in one
        assert re.search(r"module\.toml:\d+: module lightdm-live (brings|enables) ", one)


def test_a_nix_package_that_is_not_built(tmp_path: Path) -> None:
    shutil.copytree(OFFLINE, tmp_path, dirs_exist_ok=True)
    name = tomllib.loads((tmp_path / "voidgen.toml").read_text())["nix"]["packages"][0]
    ran = voidgen("why", name, cwd=tmp_path)
    assert (ran.status, ran.err) == (0, "")
    assert f"asks for Nix package {name}" in ran.out
    assert "voidgen build" in ran.out


def test_a_built_package_shows_its_ways(built: Path) -> None:
    ran = voidgen("why", "glibc", "--ways", "2", cwd=built)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.count("voidgen-profile > ") == 2
    assert "--ways N" in ran.out
    data = json.loads(voidgen("why", "gimp", "--json", cwd=built).out)
    assert data["version"] == 1
    (found,) = data["closure"]
    assert found["asked"] == ["gimp"]
    assert found["ways"] == [[MANIFEST["closure"]["paths"][0]["path"], found["path"]]]
    path = found["path"]
    assert json.loads(voidgen("why", path, "--json", cwd=built).out)["closure"] == [found]


def test_a_result_that_is_older_than_voidgen_toml(built: Path) -> None:
    write(built, {"result/manifest.json": json.dumps(MANIFEST)})
    ran = voidgen("why", "gimp", cwd=built)
    assert ran.status == 0
    assert ran.err.startswith("warning: result: older than voidgen.toml")
    ran = voidgen("why", "absent", cwd=built)
    assert "to look in its closure too, run `voidgen build` first" in ran.err


@pytest.mark.parametrize(
    ("name", "said"),
    [("gimpp", "did you mean 'gimp'"), ("", "voidgen show"), ("x\x1b[1m", "voidgen show")],
)
def test_an_unknown_name_is_refused(built: Path, name: str, said: str) -> None:
    ran = voidgen("why", name, cwd=built)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert "\x1b" not in ran.err


def test_a_broken_manifest_is_refused(built: Path) -> None:
    write(built, {"result/manifest.json": "{"})
    ran = voidgen("why", "gimp", cwd=built)
    assert (ran.status, ran.out) == (2, "")
    assert "is not an image's manifest" in ran.err
