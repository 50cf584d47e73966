"""`voidgen add` and `voidgen remove`, without Nix."""

import subprocess
from pathlib import Path

import pytest
from tests.support.program import found, voidgen, write
from tests.support.repodata import index

INDEX = index(
    {
        "htop": {},
        "cronie": {"provides": ["cron-daemon-0_1"]},
        "dcron": {"provides": ["cron-daemon-0_1"]},
    }
)


@pytest.fixture
def project(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose repository is a folder; PATH has no nix."""
    site = repository / "site"
    write(
        repository,
        {
            "voidgen.toml": '[image]\nname = "x"  # kept\n\n[xbps]\n'
            f'repositories = ["{site}"]\npackages = ["htop"] # kept\n'
            '\n[overlay]\nmodules = ["a"]\n',
            "overlay-src/a/module.toml": 'summary = "A"\n[packages]\nxbps = ["brought"]\n',
            "overlay-src/b/module.toml": 'summary = "B"\nrequires = ["c"]\n',
            "overlay-src/c/module.toml": 'summary = "C"\nconflicts = ["d"]\n'
            '[options.o]\ntype = "string"\ndefault = ""\nhelp = "h"\n'
            '[packages]\nxbps = ["of-c"]\n',
            "overlay-src/c/files/etc/c": "c\n",
            "overlay-src/d/module.toml": 'summary = "D"\n',
            "site/x86_64-repodata": INDEX,
        },
    )
    (repository / "bin").mkdir()
    monkeypatch.setenv("PATH", str(repository / "bin"))
    return repository


def config(project: Path) -> str:
    return (project / "voidgen.toml").read_text()


def test_add_module_shows_what_it_adds(project: Path) -> None:
    before = found(project)
    ran = voidgen("add", "module", "b", "--dry-run", cwd=project)
    assert (ran.status, ran.err) == (0, "")
    assert '-modules = ["a"]\n+modules = ["a", "b"]\n' in ran.out
    told = [line.split() for line in ran.out.splitlines()]
    assert ["+", "of-c"] in told
    assert [line for line in told if line[:2] == ["+", "c"]]
    assert "paths of the overlay: 2 added" in ran.out
    assert found(project) == before

    ran = voidgen("add", "module", "b", cwd=project)
    assert (ran.status, ran.err) == (0, "")
    assert "voidgen.toml is written; next: voidgen build\n" in ran.out
    assert 'modules = ["a", "b"]' in config(project)
    assert config(project).count("# kept") == 2


def test_the_diff_of_a_dry_run_applies(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = voidgen("-q", "add", "module", "b", "--dry-run", cwd=project)
    monkeypatch.undo()
    subprocess.run(["git", "apply", "-"], cwd=project, input=ran.out.encode(), check=True)
    assert 'modules = ["a", "b"]' in config(project)


def test_adding_a_listed_name_changes_nothing(project: Path) -> None:
    before = found(project)
    ran = voidgen("add", "module", "a", "a", cwd=project)
    assert (ran.status, ran.out) == (0, "voidgen.toml stays as it is\n")
    assert "note: voidgen.toml already has a\n" in ran.err
    assert found(project) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "module", "cc"], ("no module has the name 'cc'", "did you mean 'c'")),
        (["add", "module", "b", "d"], ("module 'c' conflicts with module 'd'",)),
        (["add", "nix", "nixpkgs#a"], ("write only the part after the #",)),
        (["add", "xbps", "htpo", "a/b"], ("expected the name of an xbps package, got 'a/b'",)),
        (
            ["add", "xbps", "htpo", "zzzz"],
            (
                "a package 'htpo'",
                "did you mean 'htop'?",
                "'zzzz'",
                "no package there has a similar name",
            ),
        ),
        (
            ["add", "xbps", "cron-daemon"],
            ("is not a package itself", "use a package that provides it: cronie, dcron"),
        ),
        (["remove", "xbps", "htp"], ("xbps.packages has no 'htp'", "did you mean 'htop'?")),
        (["remove", "xbps", "brought"], ("it is in the image because of module a",)),
        (["remove", "nix", "x"], ("nix.packages has no 'x'", "it has: nothing")),
        (["remove", "module", "d"], ("overlay.modules has no 'd'", "it has: a")),
    ],
)
def test_wrong_edits_are_refused(project: Path, words: list[str], said: tuple[str, ...]) -> None:
    before = found(project)
    ran = voidgen(*words, cwd=project)
    assert (ran.status, ran.out) == (2, "")
    for part in said:
        assert part in ran.err
    assert found(project) == before


def test_add_and_remove_void_packages(project: Path) -> None:
    assert voidgen("add", "xbps", "cronie", cwd=project).status == 0
    assert 'packages = ["htop", "cronie"] # kept' in config(project)
    assert voidgen("remove", "xbps", "htop", "cronie", cwd=project).status == 0
    assert "packages = [] # kept" in config(project)


def test_add_notes_that_no_repository_can_be_read(project: Path) -> None:
    (project / "site/x86_64-repodata").unlink()
    ran = voidgen("add", "xbps", "cronie", cwd=project)
    assert ran.status == 0
    assert "note: voidgen could not check cronie: no repository of" in ran.err
    assert 'packages = ["htop", "cronie"] # kept' in config(project)


def test_add_notes_that_nix_is_missing(project: Path) -> None:
    ran = voidgen("add", "nix", "a.b", cwd=project)
    assert ran.status == 0
    assert "voidgen could not check a.b: nix is not on PATH" in ran.err
    assert '[nix]\npackages = ["a.b"]\n' in config(project)


def test_removing_a_module_removes_its_options(project: Path) -> None:
    text = config(project)
    options = '\n# about c\n[overlay.options.c]\no = "v"\n'
    write(project, {"voidgen.toml": text.replace('["a"]', '["a", "b"]') + options})
    assert voidgen("remove", "module", "b", cwd=project).status == 0
    assert config(project) == text


def test_remove_repairs_a_project_that_does_not_resolve(project: Path) -> None:
    text = config(project)
    write(project, {"voidgen.toml": text.replace('["a"]', '["b", "d"]')})
    assert voidgen("show", cwd=project).status == 2
    ran = voidgen("remove", "module", "d", cwd=project)
    assert (ran.status, ran.err) == (0, "")
    assert voidgen("show", cwd=project).status == 0


def test_a_link_stays_a_link(project: Path) -> None:
    (project / "voidgen.toml").rename(project / "real.toml")
    (project / "voidgen.toml").symlink_to("real.toml")
    assert voidgen("add", "module", "b", cwd=project).status == 0
    assert (project / "voidgen.toml").is_symlink()
    assert '["a", "b"]' in (project / "real.toml").read_text()
