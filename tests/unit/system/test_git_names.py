"""Emitted files get names that git does not read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voidgen.system import git_names

NAMES = st.sampled_from(
    ["a", "git", ".git", ".GIT", ".gitattributes", "@.gitignore", "@@.gitmodules", "@a", "git~1",
     "@GIT~2", ".gitx", "x.git"]
)  # fmt: skip
PATHS = st.lists(NAMES | st.text("@.git~/".replace("/", ""), min_size=1), min_size=1).map(
    lambda names: "/" + "/".join(names)
)


@pytest.mark.parametrize(
    ("path", "emitted"),
    [
        ("/etc/motd", "/etc/motd"),
        ("/etc/gitconfig", "/etc/gitconfig"),
        ("/srv/x.git/config", "/srv/x.git/config"),
        ("/etc/skel/.gitattributes", "/etc/skel/@.gitattributes"),
        ("/etc/skel/.GitIgnore", "/etc/skel/@.GitIgnore"),
        ("/etc/skel/.git/config", "/etc/skel/@.git/config"),
        ("/etc/skel/@.gitattributes", "/etc/skel/@@.gitattributes"),
        ("/git~1/@git~1", "/@git~1/@@git~1"),
    ],
)
def test_names_that_git_reads_are_escaped(path: str, emitted: str) -> None:
    assert git_names.emitted(path) == emitted


@given(PATHS)
def test_git_reads_no_emitted_name(path: str) -> None:
    names = git_names.emitted(path).split("/")
    assert not [name for name in names if re.match(r"\.git|git~", name, re.IGNORECASE)]


@given(PATHS, PATHS)
def test_different_paths_have_different_names(one: str, other: str) -> None:
    assert (git_names.emitted(one) == git_names.emitted(other)) == (one == other)


@given(PATHS)
def test_removing_the_escapes_gives_the_path(path: str) -> None:
    """One escape is removed from each name that git would read without it."""
    names = (
        re.sub(r"(?is)^@(?=@*(?:\.git|git~))", "", name)
        for name in git_names.emitted(path).split("/")
    )
    assert "/".join(names) == path
