"""The graph of the offline example's modules as text; `make golden` writes it again."""

from pathlib import Path

import pytest
from tests.support.program import voidgen

HERE = Path(__file__).parent
OFFLINE = HERE.parents[1] / "examples/offline"


@pytest.mark.parametrize("form", ["dot", "mermaid", "json", "text"])
def test_the_graph_of_the_modules_is_as_reviewed(form: str, update_golden: bool) -> None:
    file = HERE / "graph" / f"offline.{form}"
    ran = voidgen("graph", "modules", "--format", form, cwd=OFFLINE)
    assert (ran.status, ran.err) == (0, "")
    if update_golden:
        file.parent.mkdir(exist_ok=True)
        file.write_text(ran.out)
    assert ran.out == file.read_text()
