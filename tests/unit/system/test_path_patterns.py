"""Patterns of paths, as find(1) and as Python's expressions read them."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from voidgen.system import path_patterns

PATHS = (
    "usr/share/doc/a",
    "usr/share/doc/a/.hidden",
    "usr/share/doc/b+c.txt",
    "usr/share/man/de/man1/x.1",
    "usr/share/man/man1/x.1",
    "usr/lib/été",
    "usr/lib/a b",
    "usr/lib/{a}|(b)^$",
    "usr/lib/new\nline",
    "doc/a",
)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("/usr/share/doc/*", {"usr/share/doc/a", "usr/share/doc/b+c.txt"}),
        ("/usr/share/doc/**", {path for path in PATHS if path.startswith("usr/share/doc/")}),
        ("/usr/share/doc", {"usr/share/doc"}),
        ("/**/man1/*", {"usr/share/man/de/man1/x.1", "usr/share/man/man1/x.1"}),
        ("/usr/share/man/*/man1", {"usr/share/man/de/man1"}),
        ("/**/doc/a", {"usr/share/doc/a", "doc/a"}),
        ("/usr/share/doc/[!a]+c.?xt", {"usr/share/doc/b+c.txt"}),
        ("/usr/share/doc/[a-b0]", {"usr/share/doc/a"}),
        ("/usr/share/doc/a/*", {"usr/share/doc/a/.hidden"}),
        ("/usr/lib/??t??", {"usr/lib/été"}),
        ("/usr/lib/a*b", {"usr/lib/a b"}),
        ("/usr/lib/{a}|(b)^$", {"usr/lib/{a}|(b)^$"}),
        ("/usr/lib/new*line", {"usr/lib/new\nline"}),
        ("/usr/share/doc/.", set()),
        ("/*/*/*/a***", {"usr/share/doc/a"}),
    ],
)
def test_find_and_python_match_the_same(pattern: str, expected: set[str], tmp_path: Path) -> None:
    for path in PATHS:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    for path in PATHS:
        if not (tmp_path / path).exists() and path != "usr/share/doc/a":
            (tmp_path / path).write_text("")
    regex = f"\\.{path_patterns.regex(pattern)}"
    said = subprocess.run(
        ["find", ".", "-regextype", "posix-extended", "-regex", regex, "-print0"],
        cwd=tmp_path,
        env={"LC_ALL": "C", "PATH": os.environ["PATH"]},
        capture_output=True,
        check=True,
    ).stdout
    assert {one.removeprefix("./") for one in os.fsdecode(said).split("\0") if one} == expected
    every = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")}
    matches = path_patterns.compiled(pattern).fullmatch
    assert {path for path in every if matches(os.fsencode(f"/{path}"))} == expected


def test_a_wrong_range() -> None:
    with pytest.raises(re.error):
        path_patterns.compiled("/usr/[z-a]")
