"""CONTRIBUTING.md and tests/README.md list all targets and existing folders."""

import re

from tests.docs.blocks import ROOT

PAGE = (ROOT / "CONTRIBUTING.md").read_text()
FOLDERS = (ROOT / "tests/README.md").read_text()


def test_each_make_target_is_in_the_table() -> None:
    makefile = (ROOT / "Makefile").read_text().replace("\\\n", " ")
    (phony,) = re.findall(r"^\.PHONY: (.*)", makefile, re.MULTILINE)
    named = re.findall(r"^\| `make ([a-z-]+)`", PAGE, re.MULTILINE)
    assert {*phony.split()} - {"help", "tested-with"} == {*named}


def test_each_folder_in_the_table_exists() -> None:
    named = re.findall(r"^\| `([a-z_]+)` \|", FOLDERS, re.MULTILINE)
    assert [name for name in named if not (ROOT / "tests" / name).is_dir()] == []
    assert len(named) > 10


def test_links_lead_to_existing_files() -> None:
    for folder, text in ((ROOT, PAGE), (ROOT / "tests", FOLDERS)):
        links = re.findall(r"\]\(([^)#\s]+)", text)
        assert [name for name in links if "://" not in name and not (folder / name).exists()] == []
