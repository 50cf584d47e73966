"""What `voidgen graph` draws of a project; tests/unit/cli/test_graph.py has what it prints."""

import json
from pathlib import Path

import pytest
from attrs import evolve
from tests.support.closures import manifest
from tests.support.documents import current
from tests.support.program import write

from voidgen.errors import WrongInputError
from voidgen.graph import run
from voidgen.graph.run import FOLDED, LARGEST, Request
from voidgen.progress import NoProgress


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    write(folder, {"voidgen.toml": '[image]\nname = "made-up"\n'})
    write(folder, {"result/manifest.json": json.dumps(current(manifest(200), folder))})
    return folder


def test_a_large_picture_is_folded_by_itself(built: Path) -> None:
    result = run.run(Request(built, "closure", "dot"), NoProgress())
    assert result.nodes == 200 > LARGEST
    assert result.doubt is None
    assert result.drawn is not None
    assert result.drawn <= FOLDED


@pytest.mark.parametrize(
    "request_",
    [
        Request(Path(), "closure", "json"),
        Request(Path(), "closure", "dot", min_size=0),
        Request(Path(), "closure", "dot", depth=1),
        Request(Path(), "closure", "dot", focus="gimp", min_size=0),
    ],
)
def test_nothing_else_is(built: Path, request_: Request) -> None:
    result = run.run(evolve(request_, folder=built), NoProgress())
    assert result.drawn is None
    assert (result.nodes < 200) == (request_.focus is not None)


def test_focus_that_is_not_there(built: Path) -> None:
    with pytest.raises(WrongInputError, match="nothing in the image has the name 'gimpp'") as error:
        run.run(Request(built, "closure", "dot", focus="gimpp"), NoProgress())
    assert "gimp" in error.value.faults[0].remedy


def test_a_closure_that_is_not_the_projects(built: Path, tmp_path: Path) -> None:
    write(tmp_path, {"result/manifest.json": json.dumps(manifest(20))})
    for text, said in (('[image]\nname = "y"\n', "older than voidgen.toml"), ("", "has errors")):
        write(tmp_path, {"voidgen.toml": text})
        doubt = run.run(Request(tmp_path, "closure", "dot"), NoProgress()).doubt
        assert doubt
        assert said in doubt.what
    assert run.run(Request(built, "modules", "dot"), NoProgress()).doubt is None
