import errno
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pexpect
import pytest
from tests.support.program import found, voidgen, write

from voidgen.data import bundled_files
from voidgen.init.preset import PRESETS

OFFLINE = bundled_files.offline()


def _init(folder: Path, *words: str) -> None:
    ran = voidgen("init", "--offline", *words, cwd=folder)
    assert (ran.status, ran.err) == (0, "")


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder outside of any git repository."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    return tmp_path


def _known(folder: Path) -> set[str]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=folder, capture_output=True, check=True)
    return {os.fsdecode(name) for name in done.stdout.split(b"\0") if name}


def _files(folder: Path) -> set[str]:
    return {path for path, data in found(folder).items() if data is not None}


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_init_offline_copies_the_example(alone: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        _init(alone, "a/new")
    finally:
        os.umask(before)
    project = alone / "a/new"
    ours = {path: data for path, data in found(OFFLINE).items() if path != "packages/busybox"}
    made = found(project)
    assert made.pop("packages/busybox")
    assert made == ours
    assert _known(project) == _files(project)
    modes = {path.stat().st_mode & 0o777 for path in project.rglob("*") if ".git" not in path.parts}
    assert modes == {0o644, 0o755}
    assert {path.name for path in (alone / "a").iterdir()} == {"new"}


def test_a_project_made_by_init_generates(alone: Path) -> None:
    _init(alone, "new")
    assert voidgen("generate", cwd=alone / "new").status == 0
    assert voidgen("-C", "new", "generate", "--check", cwd=alone).status == 0
    assert _known(alone / "new") == _files(alone / "new")


def test_init_into_an_empty_folder(alone: Path) -> None:
    (alone / "new").mkdir()
    _init(alone, "new")
    assert (alone / "new/voidgen.toml").exists()


def test_init_into_the_current_folder(alone: Path) -> None:
    (alone / "new").mkdir()
    _init(alone / "new")
    assert (alone / "new/voidgen.toml").exists()


@pytest.mark.parametrize("words", [("--offline",), ("--preset", "console")])
def test_init_after_git_init(alone: Path, words: tuple[str, ...]) -> None:
    """It uses the repository, and keeps what a forge puts into one."""
    mine = {".gitignore": "/out/\n", "README.md": "mine\n", ".git/description": "mine\n"}
    subprocess.run(["git", "init", "--quiet", "new"], cwd=alone, check=True)
    write(alone / "new", mine)
    ran = voidgen("init", *words, cwd=alone / "new")
    assert (ran.status, ran.err) == (0, "")
    assert "\nnext: voidgen " in ran.out
    assert ".gitignore stays as it is\n" in ran.out
    assert {name: (alone / "new" / name).read_text() for name in mine} == mine
    assert _known(alone / "new") == _files(alone / "new") - {".gitignore", "README.md"}
    assert not [name for name in os.listdir(alone / "new") if name.startswith(".voidgen")]  # noqa: PTH208
    assert voidgen("generate", cwd=alone / "new").status == 0


def test_init_in_a_repository_that_another_ignores(repository: Path) -> None:
    write(repository, {".gitignore": "/new/\n", "new/.git/description": "mine\n"})
    subprocess.run(["git", "init", "--quiet", "new"], cwd=repository, check=True)
    source = f"github:x/y/{'0' * 40}"
    words = ("init", "--offline", "--ci", "gitlab", "--voidgen", source, "new")
    assert voidgen(*words, cwd=repository).status == 0
    assert {"voidgen.toml", ".gitlab-ci.yml"} <= _known(repository / "new")
    assert (repository / "new/.git/description").read_text() == "mine\n"


def test_init_undoes_a_move_that_fails(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["git", "init", "--quiet", "new"], cwd=alone, check=True)
    before = found(alone)
    rename = Path.rename

    def fail_at_the_last(file: Path, target: Path) -> Path:
        if target == alone / "new/voidgen.toml":
            raise OSError(errno.ENOSPC, "No space left on device", str(target))
        return rename(file, target)

    monkeypatch.setattr(Path, "rename", fail_at_the_last)
    ran = voidgen("init", "--offline", "new", cwd=alone)
    assert (ran.status, ran.out) == (1, "")
    assert "No space left on device" in ran.err
    assert found(alone) == before


VALUES = {"title": "Ma clé", "keymap": "ch-fr", "user": "me", "locale": "fr_CH.UTF-8"}
OPTIONS = [word for name, value in VALUES.items() for word in (f"--{name}", value)]


@pytest.mark.parametrize("words", [("--offline",), *(("--preset", name) for name in PRESETS)])
def test_init_sets_values_of_the_image(alone: Path, words: tuple[str, ...]) -> None:
    write(alone, {"install.conf": "KEYMAP=de\n"})
    script = () if "--offline" in words else ("--from", "install.conf")
    assert voidgen("init", *words, *script, *OPTIONS, "new", cwd=alone).status == 0
    text = (alone / "new/voidgen.toml").read_text()
    assert tomllib.loads(text)["image"].items() >= VALUES.items()


@pytest.mark.parametrize(
    "words", [("--offline", "new"), ("--offline", "old"), ("--preset", "console", "old")]
)
def test_init_with_a_wrong_value_makes_nothing(alone: Path, words: tuple[str, ...]) -> None:
    subprocess.run(["git", "init", "--quiet", "old"], cwd=alone, check=True)
    before = found(alone)
    assert voidgen("init", "--user", "dbus", *words, cwd=alone).status == 2
    assert found(alone) == before


HOME_ARGV = (sys.executable, "-m", "voidgen", "init", "--preset", "console")


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("n", 2)])
def test_init_in_the_home_folder_asks_on_a_terminal(
    alone: Path, monkeypatch: pytest.MonkeyPatch, answer: str, status: int
) -> None:
    monkeypatch.setenv("HOME", str(alone))
    with pexpect.spawn(HOME_ARGV[0], [*HOME_ARGV[1:]], cwd=alone, timeout=60) as shown:
        shown.expect_exact("is your home folder. Make it a git repository? [y/N]")
        assert not (alone / ".git").exists()
        shown.sendline(answer)
        shown.expect(pexpect.EOF)
    shown.close()
    assert shown.exitstatus == status
    assert (alone / ".git").exists() == (alone / "voidgen.toml").exists() == (status == 0)


def test_init_below_the_home_folder_does_not_ask(
    alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(alone))
    _init(alone, "new")
    assert not (alone / ".git").exists()


def test_init_in_a_home_folder_that_is_a_repository(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(repository))
    _init(repository)
    assert (repository / "voidgen.toml").exists()


@pytest.mark.parametrize("words", [(), ("--ci", "github", "--voidgen", f"github:x/y/{'0' * 40}")])
def test_init_adds_no_workflow_to_a_home_folder_without_a_repository(
    alone: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("HOME", str(alone))
    if words:
        write(alone, {"voidgen.toml": '[image]\nname = "x"\n'})
    before = found(alone)
    assert voidgen("init", *words, cwd=alone).status == 2
    assert found(alone) == before
    assert not (alone / ".git").exists()


def test_init_in_a_repository_makes_no_other(repository: Path) -> None:
    _init(repository, "new")
    assert not (repository / "new/.git").exists()
    assert _known(repository) == _files(repository)


def test_init_in_an_ignored_folder_makes_a_repository(repository: Path) -> None:
    write(repository, {".gitignore": "/new/\n"})
    _init(repository, "new")
    assert (repository / "new/.git").is_dir()
    assert _known(repository / "new") == _files(repository / "new")


def test_init_prints_the_next_commands(alone: Path) -> None:
    ran = voidgen("init", "--offline", "new", cwd=alone)
    assert f"made {alone}/new\n" in ran.out
    assert "next: cd new && voidgen build\n" in ran.out
    argv = ["sha256sum", "new/packages/busybox"]
    digest = subprocess.run(argv, cwd=alone, capture_output=True, text=True, check=True).stdout
    assert f"sha256 {digest.split()[0]} " in ran.out


@pytest.mark.parametrize("make", [Path.touch, os.mkfifo, lambda path: path.symlink_to("x")])
def test_init_refuses_a_path_that_is_not_a_folder(alone: Path, make: object) -> None:
    assert callable(make)
    make(alone / "new")
    ran = voidgen("init", "--offline", "new", cwd=alone)
    assert (ran.status, ran.out) == (2, "")
    assert {path.name for path in alone.iterdir()} == {"new"}


@pytest.mark.parametrize("name", ["missing", "folder", "script", "dynamic", "empty"])
def test_init_refuses_a_busybox_that_cannot_build(alone: Path, name: str) -> None:
    write(alone, {"script": "#!/bin/sh\n", "empty": "", "folder/x": ""})
    (alone / "dynamic").write_bytes(Path(os.path.realpath("/bin/sh")).read_bytes())
    ran = voidgen("init", "--offline", "--busybox", name, "new", cwd=alone)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"{name}: ")
    assert "busybox-static" in ran.err
    assert not (alone / "new").exists()


def test_init_finds_voids_static_busybox(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its package is called busybox-static, and its other busybox is dynamic."""
    programs = alone / "programs"
    programs.mkdir()
    static = shutil.which("busybox")
    assert static
    shutil.copy(static, programs / "busybox.static")
    shutil.copy("/bin/sh", programs / "busybox")
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    ran = voidgen("init", "--offline", "new", cwd=alone)
    assert ran.status == 0, ran.err


def test_init_without_busybox_is_refused(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    ran = voidgen("init", "--offline", "new", cwd=alone)
    assert (ran.status, ran.out) == (2, "")
    assert "no busybox on PATH" in ran.err


def test_init_without_git_makes_nothing(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    busybox = alone / "new-busybox"
    _init(alone, "first")
    (alone / "first/packages/busybox").rename(busybox)
    monkeypatch.setenv("PATH", "/nowhere")
    ran = voidgen("init", "--offline", "--busybox", str(busybox), "new", cwd=alone)
    assert ran.status == 1
    assert {path.name for path in alone.iterdir()} == {"first", "new-busybox"}
