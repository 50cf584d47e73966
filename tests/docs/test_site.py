"""The site builds without warnings, has all pages, and loads nothing from other sites."""

import html
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from tests.docs.blocks import PAGES, ROOT
from tests.support.program import voidgen

from tools import commands_page as cli_docs
from tools import config_page as config_docs
from tools import module_keys_page as module_docs

EXPLANATION = ROOT / "docs/explanation"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    words = ["mkdocs", "build", "--strict", "--site-dir", str(folder)]
    argv = [sys.executable, "-m", *words]
    env = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_each_page_is_in_the_navigation(site: Path) -> None:
    text = YAML(typ="safe").load(ROOT / "mkdocs.yml")
    named = set(re.findall(r"[\w./-]+\.md", str(text["nav"])))
    there = {str(page.relative_to(ROOT / "docs")) for page in PAGES if page != ROOT / "README.md"}
    assert named == there
    assert {str(page.relative_to(site).with_suffix(".md")) for page in site.rglob("*.html")} == {
        *there,
        "404.md",
    }


def test_the_first_page_links_to_all_others() -> None:
    """README calls it so; without the site, it is the only list of pages."""
    first = ROOT / "docs/index.md"
    linked = {
        (first.parent / name).resolve() for name in re.findall(r"\]\(([^)#:]+)", first.read_text())
    }
    others = {page.resolve() for page in PAGES} - {first, ROOT / "README.md"}
    assert sorted(others - linked) == []


class Loaded(HTMLParser):
    """Collects what a page loads by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in {"script", "img", "iframe", "source"} and "src" in given:
            self.found.append(given["src"])
        if tag == "link" and given.get("rel") in {"stylesheet", "icon", "preload", "preconnect"}:
            self.found.append(given["href"])


def test_pages_load_nothing_from_other_sites(site: Path) -> None:
    count = 0
    for page in site.rglob("*.html"):
        loaded = Loaded()
        loaded.feed(page.read_text())
        count += len(loaded.found)
        for name in loaded.found:
            assert not re.match(r"([a-z]+:)?//", name), (page, name)
            if page.name != "404.html":
                assert (page.parent / name).exists(), (page, name)
    assert count > 100


def test_the_readmes_links_lead_to_existing_files() -> None:
    links = re.findall(r"\]\(([^)#\s]+)", (ROOT / "README.md").read_text())
    assert len(links) > 20
    assert [name for name in links if "://" not in name and not (ROOT / name).exists()] == []


def test_pictures_are_small_and_shown() -> None:
    texts = "".join(page.read_text() for page in PAGES)
    pictures = [*(ROOT / "docs/pictures").iterdir()]
    assert len(pictures) > 1
    for picture in pictures:
        assert picture.stat().st_size < 150_000
        assert f"pictures/{picture.name})" in texts


def test_each_requirement_has_a_statement_with_its_number() -> None:
    requirements = (EXPLANATION / "replaced-system.md").read_text()
    statements = (ROOT / "docs/contributing/live-system-tests.md").read_text()
    assert {*re.findall(r"^## (\d+)\. ", requirements, re.MULTILINE)} == {
        *re.findall(r"^\| (\d+)\. ", statements, re.MULTILINE)
    }


def test_choices_of_options_have_no_backslash(site: Path) -> None:
    """Dialects of Markdown differ in how to write a bar in a table."""
    page = html.unescape((site / "reference/commands.html").read_text())
    assert "<td><code>--preset [cinnamon|xfce|kde|lxqt|mate|niri|console]</code></td>" in page
    assert "\\|" not in "".join(file.read_text() for file in site.rglob("*.html"))


@pytest.mark.parametrize("module", [cli_docs, config_docs, module_docs])
def test_generated_pages_are_current(module: object) -> None:
    """If one is not, run `make golden`."""
    file, page = vars(module)["FILE"], vars(module)["page"]
    assert (ROOT / file).read_text() == page()


def test_the_graph_of_the_modules_is_current() -> None:
    """If it is not, run `make golden`."""
    ran = voidgen("graph", "--format", "dot", cwd=ROOT / "examples/offline")
    assert (EXPLANATION / "modules.dot").read_text() == ran.out


@pytest.mark.parametrize("name", ["modules", "pipeline"])
def test_pictures_have_the_texts_of_their_sources(name: str) -> None:
    """Other releases of graphviz give other coordinates, but the same texts."""
    source = (EXPLANATION / f"{name}.dot").read_text()
    argv = ["dot", "-Tsvg"]
    drawn = subprocess.run(argv, input=source, capture_output=True, text=True, check=True).stdout
    picture = (EXPLANATION / f"{name}.svg").read_text()
    texts = [re.findall(r"<text[^>]*>([^<]*)</text>", one) for one in (drawn, picture)]
    assert texts[0] == texts[1] != []
