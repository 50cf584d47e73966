"""ARCHITECTURE.md names all folders and existing files, and imports follow its layers."""

from __future__ import annotations

import ast
import re
import sys
from functools import cache
from typing import TYPE_CHECKING

import networkx as nx
import pytest
from attrs import frozen
from tests.docs.blocks import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PAGE = (ROOT / "ARCHITECTURE.md").read_text()
PACKAGE = ROOT / "generator/voidgen"
LAYERS = {
    name: int(layer)
    for layer, name in re.findall(r"^\| (\d+) \| `([\w.]+)` \|", PAGE, re.MULTILINE)
}
"""The layer of each folder and file, as the page has it."""
DOORS = {
    "cattrs": {"schema/structure.py", "schema/typed_json.py"},
    "elftools": {"init/offline.py"},
    "graphviz": {"graph/dot.py"},
    "jinja2": {"system/templates.py"},
    "junitparser": {"outcome/forms.py"},
    "lz4": {"system/compressed.py"},
    "markupsafe": {"system/templates.py"},
    "pexpect": {"boot/console.py"},
    "pycdlib": {"image/iso_volume.py"},
    "tenacity": {"system/process.py"},
    "tomlkit": {"edit/text.py"},
    "tree_sitter": {"system/syntax_tree.py"},
    "tree_sitter_bash": {"system/syntax_tree.py"},
    "tree_sitter_toml": {"system/syntax_tree.py"},
    "zstandard": {"system/compressed.py"},
}
"""The modules that import each library; the rest of the package calls these modules."""
FOLDERS = {"click": {"cli"}, "rich": {"cli"}}
"""The folders that import a library."""
EVERYWHERE = {"attrs", "networkx"}
"""Libraries whose types are the package's own: values, and graphs as data."""
LONGEST = 170
"""Lines of the page: two printed pages."""


@frozen
class Import:
    """``importer`` imports ``imported``, both by their paths in the package."""

    importer: Path
    imported: Path
    typing_only: bool

    @property
    def crosses(self) -> bool:
        return self.importer.parts[0] != self.imported.parts[0]


def is_typing(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def names(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """Yield each module that may be imported, and whether only for type checking."""
    typing = {id(one) for node in ast.walk(tree) if is_typing(node) for one in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in typing) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            for alias in node.names:
                yield f"{node.module}.{alias.name}", id(node) in typing


def module(name: str) -> Path | None:
    """Return the path of the module that ``name`` is or belongs to, or None."""
    words = name.split(".")[1:]
    for place in (PACKAGE.joinpath(*words[:end]) for end in (len(words), len(words) - 1) if end):
        for file in (place.with_suffix(".py"), place / "__init__.py"):
            if file.is_file():
                return file.relative_to(PACKAGE)
    return None


@cache
def imports() -> list[Import]:
    """Return all imports of the package. Not while tests are collected: each worker does that."""
    found = []
    for file in sorted({*PACKAGE.rglob("*.py")} - {PACKAGE / "__main__.py"}):
        for name, typing_only in names(ast.parse(file.read_text())):
            if name.partition(".")[0] in {"tools", "tests", "bench"}:
                pytest.fail(f"{file} imports {name}, which is not in the wheel")
            imported = module(name) if name.startswith("voidgen") else None
            if imported:
                found.append(Import(file.relative_to(PACKAGE), imported, typing_only))
    return found


def third_party() -> dict[str, set[Path]]:
    """Return the modules that import each library, also for type checking."""
    found: dict[str, set[Path]] = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        for name, _ in names(ast.parse(file.read_text())):
            library = name.partition(".")[0]
            if library not in {"voidgen", *sys.stdlib_module_names}:
                found.setdefault(library, set()).add(file.relative_to(PACKAGE))
    return found


def test_each_library_is_behind_one_module() -> None:
    """A new dependency needs a line in one of the tables."""
    found = third_party()
    assert {*found} == {*DOORS, *FOLDERS, *EVERYWHERE}
    assert {name: {*map(str, found[name])} for name in DOORS} == DOORS
    assert {name: {file.parts[0] for file in found[name]} for name in FOLDERS} == FOLDERS


def test_the_page_lists_each_folder_and_file_of_the_package() -> None:
    there = {
        place.name
        for place in PACKAGE.iterdir()
        if (place.is_dir() and any(place.rglob("*.py")))
        or (place.suffix == ".py" and not place.name.startswith("__"))
    }
    assert there == {*LAYERS}


def test_the_page_lists_each_folder_of_the_repository() -> None:
    table = PAGE.partition("## Folders of the repository")[2].partition("## ")[0]
    named = {*re.findall(r"^\| `([\w.-]+)` \|", table, re.MULTILINE)}
    files = (ROOT / ".gitignore").read_text().split()
    ignored = {".git", ".github", *(line.strip("/") for line in files)}
    assert {place.name for place in ROOT.iterdir() if place.is_dir()} - ignored == named


def test_the_page_is_short() -> None:
    assert len(PAGE.splitlines()) <= LONGEST


def test_each_import_leads_to_a_lower_layer() -> None:
    wrong = [
        f"{one.importer} imports {one.imported}"
        for one in imports()
        if one.crosses and LAYERS[one.imported.parts[0]] >= LAYERS[one.importer.parts[0]]
    ]
    assert wrong == []
    assert len([one for one in imports() if one.crosses]) > 500


def import_cycles(found: Iterable[tuple[object, object]]) -> list[set[str]]:
    """Return each import cycle as a set."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edges_from((str(one), str(other)) for one, other in found)
    return [one for one in nx.strongly_connected_components(graph) if len(one) > 1]


def test_no_folders_import_each_other() -> None:
    crossing = [one for one in imports() if one.crosses]
    assert import_cycles((one.importer.parts[0], one.imported.parts[0]) for one in crossing) == []


def test_no_modules_import_each_other() -> None:
    run = [one for one in imports() if not one.typing_only]
    assert import_cycles((one.importer, one.imported) for one in run) == []


def named_files(text: str) -> list[str]:
    """Return the paths in ``text``, except those that only a project has."""
    found = re.findall(r"`([\w./-]+(?:/|\.\w+))`|`([\w.-]+/[\w./-]+)`", text)
    paths = [one or other for one, other in found]
    return [path for path in paths if not re.search(r"NAME|AREA|^result/", path)]


def place(name: str) -> Path | None:
    return next((top / name for top in (ROOT, PACKAGE) if (top / name).exists()), None)


def test_each_file_that_the_page_names_exists() -> None:
    found = named_files(PAGE)
    assert [name for name in found if place(name) is None] == []
    assert len(found) > 60


def test_the_pages_links_lead_to_existing_files() -> None:
    links = re.findall(r"\]\(([^)#\s]+)", PAGE)
    assert [name for name in links if "://" not in name and not (ROOT / name).exists()] == []
    for page in ("README.md", "CONTRIBUTING.md"):
        assert "](ARCHITECTURE.md)" in (ROOT / page).read_text()


@pytest.mark.parametrize("item", re.findall(r"^\d+\. (.*(?:\n   .*)*)", PAGE, re.MULTILINE))
def test_each_name_in_a_step_occurs_in_the_steps_files(item: str) -> None:
    files = [found for name in named_files(item) if (found := place(name))]
    code = "\n".join(file.read_text() for file in files if file.is_file())
    names = re.findall(r"`(_\w+|[A-Z]\w+)`", item)
    assert [name for name in names if not re.search(rf"\b{name}\b", code)] == []


@pytest.mark.parametrize(
    "file", sorted(PACKAGE.rglob("__init__.py")), ids=lambda file: file.parent.name
)
def test_a_folders_docstring_names_only_its_own_modules(file: Path) -> None:
    code = file.read_text()
    said = ast.get_docstring(ast.parse(code)) or ""
    assert said
    named = re.findall(r"(?<!`)`([a-z_]+)`(?!`)", said)
    assert [name for name in named if not (file.parent / f"{name}.py").is_file()] == []
