"""What `voidgen graph` draws of a project; tests/unit/cli/test_graph.py has what it prints."""

import json
from pathlib import Path

import pytest
from attrs import evolve
from tests.support.closures import manifest
from tests.support.program import write

from voidgen.errors import WrongInputError
from voidgen.graph import run
from voidgen.graph.run import FOLDED, LARGEST, Request


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    write(folder, {"result/manifest.json": json.dumps(manifest(200))})
    return folder


def test_a_large_picture_is_folded_by_itself(built: Path) -> None:
    result = run.run(Request(built, "closure", "dot"))
    assert result.nodes == 200 > LARGEST
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
    result = run.run(evolve(request_, folder=built))
    assert result.drawn is None
    assert (result.nodes < 200) == (request_.focus is not None)


def test_focus_that_is_not_there(built: Path) -> None:
    with pytest.raises(WrongInputError, match="nothing in the image has the name 'gimpp'") as error:
        run.run(Request(built, "closure", "dot", focus="gimpp"))
    assert "gimp" in error.value.faults[0].remedy
