"""The excerpts of the how-to for services, in the project that `voidgen init` makes."""

from pathlib import Path

from tests.docs.blocks import ROOT, blocks
from tests.support.program import voidgen

from voidgen.config import FILE

PAGE = ROOT / "docs/how-to/enable-a-service.md"


def test_what_the_page_disables_is_enabled(repository: Path) -> None:
    assert voidgen("init", ".", cwd=repository).status == 0
    made = (repository / FILE).read_text()
    pieces = [block for block in blocks(PAGE) if block.startswith("[services]")]
    assert len(pieces) == 2
    for piece in pieces:
        (repository / FILE).write_text(f"{made}\n{piece}\n")
        ran = voidgen("generate", cwd=repository)
        assert ran.status == 0, ran.err
        warned = [line for line in ran.err.splitlines() if "services.disable" in line]
        assert warned == [], piece
