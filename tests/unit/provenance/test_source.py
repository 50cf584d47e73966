"""A project's source, as git knows it, and its notation."""

from pathlib import Path

import pytest
from tests.locks.project import commit, git, repository

from voidgen.errors import WrongInputError
from voidgen.provenance import source
from voidgen.provenance.source import Source


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("https://example.org/me/x.git", "https://example.org/me/x.git"),
        ("https://me:secret@example.org/me/x.git", "https://example.org/me/x.git"),
        ("https://token@example.org/me/x", "https://example.org/me/x"),
        ("https://example.org/me/x?token=secret#y", "https://example.org/me/x"),
        ("https://example.org:8443/x", "https://example.org:8443/x"),
        ("git@example.org:me/x.git", "ssh://git@example.org/me/x.git"),
        ("example.org:me/x.git", "ssh://example.org/me/x.git"),
        ("git@example.org:/srv/x.git", "ssh://git@example.org/srv/x.git"),
        ("ssh://git:secret@example.org/me/x", "ssh://git@example.org/me/x"),
        ("git+ssh://git@example.org/me/x", "ssh://git@example.org/me/x"),
        ("git://example.org/x", "git://example.org/x"),
        ("/srv/git/x.git", "file:///srv/git/x.git"),
        ("file:///srv/git/x.git", "file:///srv/git/x.git"),
        # URLs that others cannot or must not use.
        ("", ""),
        ("../x", ""),
        ("http://example.org/x", ""),
        ("ext::sh -c 'touch pwned'", ""),
        ("-oProxyCommand=touch:x", ""),
        ("ssh://-oProxyCommand=touch/x", ""),
        ("ssh://git@-oProxyCommand=touch/x", ""),
        ("https://example.org/x y", ""),
        ("https://example.org/x\ny", ""),
        ("https://example.org", ""),
        ("file://host/x", ""),
    ],
)
def test_the_public_part_of_a_url(url: str, public: str) -> None:
    assert source.public(url) == public


COMMIT = "0123456789abcdef" * 2 + "01234567"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"https://x.org/y@{COMMIT}", Source("https://x.org/y", COMMIT, "", clean=True)),
        (f"git+https://x.org/y@{COMMIT}", Source("https://x.org/y", COMMIT, "", clean=True)),
        (f"ssh://git@x.org/y@{COMMIT}?dir=a/b", Source("ssh://git@x.org/y", COMMIT, "a/b", True)),
    ],
)
def test_a_source_is_parsed(text: str, expected: Source) -> None:
    assert source.parse(text) == expected
    assert source.parse(str(expected)) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", f"@{COMMIT}", "https://x.org/y", "https://x.org/y@main", "https://x.org/y@"),
        *(f"https://x.org/y@{COMMIT[:39]}", f"https://x.org/y@{COMMIT.upper()}", f"../x@{COMMIT}"),
        *(f"ext::sh@{COMMIT}", f"--upload-pack=x@{COMMIT}", f"http://x.org/y@{COMMIT}"),
        *(f"https://x.org/y@{COMMIT}?dir={one}" for one in ("/a", "../a", "a/..", "a//b", "-x")),
    ],
)
def test_text_that_is_not_a_source_is_refused(text: str) -> None:
    with pytest.raises(WrongInputError) as caught:
        source.parse(text)
    assert caught.value.faults[0].remedy


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "top/image"
    repository(tmp_path / "top", {"image/voidgen.toml": "", ".gitignore": "ignored\n"})
    return folder


def find(folder: Path, named: str | None = None) -> Source:
    return source.find(folder, named, ("out",))


def test_a_project_without_a_remote_has_commit_and_folder(project: Path) -> None:
    assert find(project) == Source("", git(project, "rev-parse", "HEAD"), "image", clean=True)


def test_without_a_commit_there_is_no_source(tmp_path: Path) -> None:
    assert find(tmp_path) == Source()
    git(tmp_path, "init", "--quiet")
    assert find(tmp_path) == Source()


def test_the_branchs_remote_comes_before_origin(project: Path) -> None:
    git(project, "remote", "add", "origin", "https://me:secret@origin.org/x")
    assert find(project).url == "https://origin.org/x"
    git(project, "remote", "add", "other", "git@other.org:x")
    assert find(project).url == "https://origin.org/x"
    git(project, "config", "branch.main.remote", "other")
    assert find(project).url == "ssh://git@other.org/x"
    assert find(project, "https://named.org/x").url == "https://named.org/x"
    git(project, "config", "branch.main.remote", ".")
    assert find(project).url == "https://origin.org/x"
    git(project, "checkout", "--quiet", "--detach")
    assert find(project).url == "https://origin.org/x"


def test_which_files_make_a_source_unclean(project: Path) -> None:
    (project / "out").mkdir()
    (project / "out/x.iso").write_text("x")
    (project / "ignored").write_text("x")
    index = (project.parent / ".git/index").read_bytes()
    assert find(project).clean
    assert (project.parent / ".git/index").read_bytes() == index
    for name in ("untracked", "../elsewhere", "voidgen.toml", "outer"):
        file = project / name
        before = file.read_bytes() if file.exists() else None
        file.write_text("changed")
        assert not find(project).clean, name
        git(project, "add", "--intent-to-add", name)
        assert not find(project).clean, name
        git(project, "reset", "--quiet")
        if before is None:
            file.unlink()
        else:
            file.write_bytes(before)
        assert find(project).clean
    commit(project.parent, {"image/out/committed": "x"})
    assert find(project).clean
