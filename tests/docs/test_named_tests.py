"""The tests that docs/contributing/live-system-tests.md names exist."""

import ast
import re

import pytest
from tests.docs.blocks import ROOT

PAGE = (ROOT / "docs/contributing/live-system-tests.md").read_text()
TESTS = ROOT / "tests"
NAMED = re.findall(r"`(?:([\w/]+\.py)::|…)(\w+)`", PAGE)
"""Each citation as a file and the name of a test in it, or as "" and the end of a name (`…`)."""
FILES = {*re.findall(r"`([\w/]*test_\w+\.py)(?:::\w+)?`", PAGE)}


@pytest.fixture(scope="module")
def names() -> dict[str, set[str]]:
    """Return the names of the tests in each file, by its path below tests/."""
    return {
        str(file.relative_to(TESTS)): {
            node.name
            for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        }
        for file in TESTS.rglob("test_*.py")
    }


def path(file: str) -> str:
    """Return the path below tests/ of a file as the page names it."""
    return file.removeprefix("tests/") if "/" in file else f"overlay/{file}"


def test_the_page_names_many_tests() -> None:
    assert len(NAMED) > 100
    assert len(FILES) > 15


def test_each_named_file_exists(names: dict[str, set[str]]) -> None:
    assert sorted(file for file in FILES if path(file) not in names) == []


def test_each_named_test_exists(names: dict[str, set[str]]) -> None:
    everywhere = set().union(*names.values())
    missing = [
        f"{file}::{name}" if file else f"…{name}"
        for file, name in NAMED
        if (file and name not in names.get(path(file), set()))
        or (not file and not any(one.endswith(f"_{name}") for one in everywhere))
    ]
    assert missing == []
