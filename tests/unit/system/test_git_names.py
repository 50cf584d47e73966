"""Names under which emitted files are data to git."""

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
def test_no_two_paths_share_a_place(one: str, other: str) -> None:
    assert (git_names.emitted(one) == git_names.emitted(other)) == (one == other)


@given(PATHS)
def test_a_path_is_found_again(path: str) -> None:
    """Each name is the emitted one, less one escape where git would read what follows it."""
    names = (
        re.sub(r"(?is)^@(?=@*(?:\.git|git~))", "", name)
        for name in git_names.emitted(path).split("/")
    )
    assert "/".join(names) == path
