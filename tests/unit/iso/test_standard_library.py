"""The program of Nix's sandbox needs neither voidgen nor a library: only Python 3.9 or later."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import vermin
from tests.docs.test_architecture import PACKAGE, is_typing, module, names

from voidgen.data.emitted_modules import FILES

OLDEST = (3, 9)
ROOTS = ("iso/in_sandbox.py",)
"""The modules that other programs than voidgen run."""
DATA = {"iso/spdx_ids.txt"}
"""The files that they read."""


def needed(roots: tuple[str, ...]) -> dict[str, str]:
    """Return the code of ``roots``, of all modules that they import, and of their folders."""
    found: dict[str, str] = {}
    waiting = {Path(root) for root in roots}
    while waiting:
        file = waiting.pop()
        found[str(file)] = code = (PACKAGE / file).read_text()
        imported = {module(name) for name, typing_only in names(ast.parse(code)) if not typing_only}
        folders = {parent / "__init__.py" for parent in file.parents}
        more = {one for one in imported | folders if one and str(one) not in found}
        waiting |= more
    return found


CODE = needed(ROOTS)


def without_annotations(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of ``tree`` that run."""
    yield tree
    types = {getattr(tree, name, None) for name in ("annotation", "returns")}
    for node in ast.iter_child_nodes(tree):
        if node not in types and not is_typing(node):
            yield from without_annotations(node)


def faults(code: str) -> Iterator[str]:
    """Yield what Python 3.9 or its standard library does not have."""
    tree = ast.parse(code, feature_version=OLDEST)
    for name, _ in names(tree):
        if name.partition(".")[0] not in {"voidgen", *sys.stdlib_module_names}:
            yield f"imports {name}"
    for node in without_annotations(tree):
        # Nothing else that is called like a type can be combined like this.
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            yield from (
                f"line {node.lineno}: union"
                for one in (node.left, node.right)
                if re.fullmatch(
                    r"None|(?:\w+\.)*(?:[A-Z]\w*[a-z]\w*|str|int|bytes)(?:\[.*\])?",
                    ast.unparse(one),
                )
            )
    found = vermin.visit(code)
    if found.minimum_versions()[1] > OLDEST:
        yield found.output_text()


def test_all_that_the_modules_need_is_emitted() -> None:
    assert [*FILES] == sorted({*CODE} | DATA)


@pytest.mark.parametrize("file", sorted(CODE))
def test_each_module_runs_with_the_oldest_python(file: str) -> None:
    assert list(faults(CODE[file])) == []


@pytest.mark.parametrize(
    "code",
    [
        "import attrs",
        "def f():\n    from attrs import frozen",
        "match x:\n    case 1: pass",
        "zip(a, b, strict=True)",
        "isinstance(x, int | None)",
        "Node = Path | pathlib.Path",
        "Node = list[int] | None",
        "hashlib.file_digest(x, 'sha256')",
        "from datetime import UTC",
        "from dataclasses import dataclass\n@dataclass(slots=True)\nclass A: pass",
    ],
)
def test_newer_code_is_found(code: str) -> None:
    with suppress(SyntaxError):
        assert list(faults(code))


def test_the_modules_run_alone(tmp_path: Path) -> None:
    """Without the folders of installed packages, in a folder with nothing else."""
    for name, code in CODE.items():
        file = tmp_path / "voidgen" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(code)
    imports = "; ".join(
        f"import voidgen.{root.removesuffix('.py').replace('/', '.')}" for root in ROOTS
    )
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {imports}"
    subprocess.run([sys.executable, "-I", "-S", "-B", "-c", program], check=True)
