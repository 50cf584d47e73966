"""Excerpts of voidgen.toml and module.toml in the documentation are valid."""

import tomllib
from pathlib import Path

import pytest
from tests.docs.blocks import PAGES, ROOT, blocks

from voidgen.config import variants
from voidgen.config.types import Config
from voidgen.errors import WrongInputError
from voidgen.overlay.types import ModuleFile
from voidgen.schema.structure import structure

KEY = f"{'A' * 43}="


def tables(page: Path) -> list[str]:
    """Return the page's blocks that are TOML with a table."""
    found = []
    for block in blocks(page):
        try:
            is_table = any(isinstance(one, dict | list) for one in tomllib.loads(block).values())
        except tomllib.TOMLDecodeError:
            assert not block.startswith("[") or "…" in block, block
            continue
        if is_table:
            found.append(block)
    return found


PIECES = [(page, block) for page in PAGES for block in tables(page)]


def test_the_pages_have_many_excerpts() -> None:
    assert len(PIECES) > 15
    assert {"write-a-module.md", "sign-a-release.md", "push.md"} <= {
        page.name for page, _ in PIECES
    }


@pytest.mark.parametrize(
    ("page", "block"), PIECES, ids=[f"{page.relative_to(ROOT)}" for page, _ in PIECES]
)
def test_an_excerpt_is_valid(page: Path, block: str) -> None:
    read, others = variants.split(tomllib.loads(block.replace("…", KEY)))
    faults = []
    image = {"image": {"name": "x", **read.get("image", {})}}
    for kind, rest in ((Config, image), (ModuleFile, {"summary": "x"})):
        try:
            structure({**read, **rest}, kind, page)
            if others:
                settings = structure({**read, **image}, Config, page)
                variants.read({**read, **image}, settings.image, others, page)
        except WrongInputError as error:
            faults.append(str(error))
        else:
            return
    raise AssertionError("\n".join(faults))
