import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.program import found, write

from voidgen import emit
from voidgen.emit import Changes
from voidgen.errors import Fault, StepFailedError, WrongInputError
from voidgen.tree import Directory, File, Link, Tree

FLAKE = "flake.nix"
A, B = "image/include/a", "image/include/b"


def tree(**files: str | File) -> Tree:
    """A tree of ``image/include/NAME`` files and flake.nix; __ stands for /."""
    nodes = {
        f"image/include/{name.replace('__', '/')}": data
        if isinstance(data, File)
        else File(data.encode())
        for name, data in files.items()
    }
    return {FLAKE: File(b"flake"), **nodes}


def faults(project: Path, wanted: Tree, *, force: bool = False) -> list[Fault]:
    before = found(project)
    for verb in (emit.compare, emit.write):
        with pytest.raises(WrongInputError) as caught:
            verb(project, wanted, force=force)
        assert found(project) == before
    assert all(fault.remedy for fault in caught.value.faults)
    return list(caught.value.faults)


def paths(project: Path, wanted: Tree, *, force: bool = False) -> list[str]:
    return [
        str(fault.file.relative_to(project))
        for fault in faults(project, wanted, force=force)
        if fault.file
    ]


def test_first_run(tmp_path: Path) -> None:
    changes = emit.write(tmp_path, tree(a="1", d__b="2"))
    assert changes == Changes(added=(FLAKE, A, "image/include/d/b", emit.LIST))
    assert found(tmp_path) == {
        FLAKE: b"flake",
        "image": None,
        "image/emitted.json": (tmp_path / emit.LIST).read_bytes(),
        "image/include": None,
        A: b"1",
        "image/include/d": None,
        "image/include/d/b": b"2",
    }


def test_second_run_does_nothing(tmp_path: Path) -> None:
    emit.write(tmp_path, tree(a="1"))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    changes = emit.write(tmp_path, tree(a="1"))
    assert changes == Changes(kept=(FLAKE, A, emit.LIST))
    assert not changes
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_changes(tmp_path: Path) -> None:
    emit.write(tmp_path, tree(a="1", b="2", c__d="3"))
    write(tmp_path, {"image/include/mine": "", "voidgen.toml": "mine", "image/mine": ""})
    expected = Changes(
        added=("image/include/e",),
        changed=(B, emit.LIST),
        removed=("image/include/c/d",),
        kept=(FLAKE, A),
        strays=("image/include/mine",),
    )
    before = found(tmp_path)
    wanted = tree(a="1", b="3", e="4")
    assert emit.compare(tmp_path, wanted) == expected
    assert found(tmp_path) == before, "compare only reads"
    assert emit.write(tmp_path, wanted) == expected
    assert not (tmp_path / "image/include/c").exists(), "folders left empty go"
    assert (tmp_path / "voidgen.toml").read_text() == "mine"
    assert (tmp_path / "image/include/mine").exists()
    assert emit.write(tmp_path, wanted).kept == (FLAKE, A, B, "image/include/e", emit.LIST)


def test_a_folder_with_other_files_stays(tmp_path: Path) -> None:
    emit.write(tmp_path, tree(d__a="1"))
    write(tmp_path, {"image/include/d/mine": ""})
    assert emit.write(tmp_path, tree()).removed == ("image/include/d/a",)
    assert (tmp_path / "image/include/d/mine").exists()


def test_only_files_are_written(tmp_path: Path) -> None:
    emit.write(tmp_path, {"image/a": Link("b"), "image/b": Directory(), "image/c": File(b"")})
    assert set(found(tmp_path)) == {"image", "image/c", "image/emitted.json"}


def test_run_bit(tmp_path: Path) -> None:
    emit.write(tmp_path, tree(a=File(b"", 0o4750), b=File(b"", 0o600)))
    assert (tmp_path / A).stat().st_mode & 0o7777 == 0o755
    assert (tmp_path / B).stat().st_mode & 0o7777 == 0o644
    assert emit.write(tmp_path, tree(a="", b=File(b"", 0o600))).changed == (A,)
    assert (tmp_path / A).stat().st_mode & 0o7777 == 0o644


def test_run_bit_of_the_user_is_put_right(tmp_path: Path) -> None:
    emit.write(tmp_path, tree(a="1"))
    (tmp_path / A).chmod(0o755)
    assert emit.write(tmp_path, tree(a="1")).changed == (A,)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        emit.write(tmp_path, tree(d__a="1", d__b=File(b"", 0o755)))
    finally:
        os.umask(before)
    modes = {
        str(path.relative_to(tmp_path)): path.stat().st_mode & 0o7777
        for path in tmp_path.rglob("*")
    }
    assert modes == {
        "flake.nix": 0o644,
        "image": 0o755,
        "image/emitted.json": 0o644,
        "image/include": 0o755,
        "image/include/d": 0o755,
        "image/include/d/a": 0o644,
        "image/include/d/b": 0o755,
    }


def test_list(tmp_path: Path) -> None:
    emit.write(tmp_path, tree(é="1"))
    listing = json.loads((tmp_path / emit.LIST).read_text())
    assert listing["version"] == 1
    assert list(listing["files"]) == [FLAKE, "image/include/é"]
    assert "é" in (tmp_path / emit.LIST).read_text()


def test_not_emitted(tmp_path: Path) -> None:
    write(tmp_path, {FLAKE: "theirs", A: "theirs"})
    assert paths(tmp_path, tree(a="1")) == [FLAKE, A]
    assert emit.write(tmp_path, tree(a="1"), force=True).changed == (FLAKE, A)
    assert (tmp_path / A).read_text() == "1"


def test_not_emitted_but_the_same(tmp_path: Path) -> None:
    write(tmp_path, {FLAKE: "flake", A: "1"})
    assert emit.write(tmp_path, tree(a="1")).added == (emit.LIST,)


def test_edited(tmp_path: Path) -> None:
    emit.write(tmp_path, tree(a="1", b="2"))
    write(tmp_path, {A: "mine", B: "mine"})
    assert paths(tmp_path, tree(a="1")) == [A, B]
    assert emit.write(tmp_path, tree(a="1"), force=True).removed == (B,)
    assert (tmp_path / A).read_text() == "1"


def test_edited_to_what_is_wanted_now(tmp_path: Path) -> None:
    emit.write(tmp_path, tree(a="1"))
    write(tmp_path, {A: "2"})
    assert emit.write(tmp_path, tree(a="2")).changed == (emit.LIST,)


def test_removed_by_the_user(tmp_path: Path) -> None:
    emit.write(tmp_path, tree(a="1", b="2"))
    (tmp_path / A).unlink()
    (tmp_path / B).unlink()
    assert emit.write(tmp_path, tree(a="1")) == Changes(
        added=(A,), changed=(emit.LIST,), kept=(FLAKE,)
    )


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("path", [FLAKE, A])
def test_folder_in_the_way(tmp_path: Path, path: str, force: bool) -> None:
    write(tmp_path, {f"{path}/mine": ""})
    assert paths(tmp_path, tree(a="1"), force=force) == [path]


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("make", [Path.touch, os.mkfifo, lambda path: path.symlink_to("/")])
@pytest.mark.parametrize("path", ["image", "image/include", "image/include/d"])
def test_something_else_in_place_of_a_folder(
    tmp_path: Path, path: str, make: Callable[[Path], None], force: bool
) -> None:
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    make(tmp_path / path)
    assert path in paths(tmp_path, tree(d__a="1"), force=force)


def _socket(path: Path) -> None:
    os.mknod(path, 0o140644)


@pytest.mark.parametrize(
    "make",
    [os.mkfifo, lambda path: path.symlink_to("x"), lambda path: path.symlink_to(path), _socket],
)
def test_something_else_in_place_of_a_file(tmp_path: Path, make: Callable[[Path], None]) -> None:
    emit.write(tmp_path, tree(a="1"))
    (tmp_path / A).unlink()
    make(tmp_path / A)
    with pytest.raises(WrongInputError):
        emit.compare(tmp_path, tree(a="1"))
    emit.write(tmp_path, tree(a="1"), force=True)
    assert (tmp_path / A).read_text() == "1"


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"elsewhere": "mine"})
    (tmp_path / FLAKE).symlink_to("elsewhere")
    emit.write(tmp_path, tree(), force=True)
    assert (tmp_path / "elsewhere").read_text() == "mine"
    assert not (tmp_path / FLAKE).is_symlink()


def test_an_emitted_file_become_a_link_is_no_way_out(tmp_path: Path) -> None:
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    project.mkdir()
    elsewhere.mkdir()
    emit.write(project, tree(a="1"))
    (project / A).unlink()
    (project / A).symlink_to(elsewhere)
    with pytest.raises(WrongInputError):
        emit.write(project, tree(a__b="2"))
    assert found(elsewhere) == {}


def test_nothing_is_removed_behind_a_link(tmp_path: Path) -> None:
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    project.mkdir()
    emit.write(project, tree(d__a="1"))
    write(elsewhere, {"a": "1"})
    (project / "image/include/d/a").unlink()
    (project / "image/include/d").rmdir()
    (project / "image/include/d").symlink_to(elsewhere)
    listing = json.loads((project / emit.LIST).read_text())
    listing["files"]["image/include/d"] = "0" * 64
    (project / emit.LIST).write_text(json.dumps(listing))
    with pytest.raises(WrongInputError):
        emit.write(project, tree())
    assert found(elsewhere) == {"a": b"1"}


def test_a_file_becomes_a_folder_and_back(tmp_path: Path) -> None:
    for wanted in (tree(a="1"), tree(a__b__c="2"), tree(a="3"), tree(a__b="4")):
        emit.write(tmp_path, wanted)
        assert {path for path, data in found(tmp_path).items() if data is not None} == {
            *wanted,
            emit.LIST,
        }


def test_a_folder_with_other_files_becomes_no_file(tmp_path: Path) -> None:
    emit.write(tmp_path, tree(a__b="1"))
    write(tmp_path, {f"{A}/mine": ""})
    assert paths(tmp_path, tree(a="1")) == [A]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "1",
        "{}",
        '{"files": []}',
        '{"files": {"image/a": 1}}',
        '{"files": {"image/a": null}}',
        '{"files": {"voidgen.toml": "x"}}',
        '{"files": {"/etc/passwd": "x"}}',
        '{"files": {"image/../voidgen.toml": "x"}}',
        '{"files": {"image//a": "x"}}',
        '{"files": {"image": "x"}}',
        '{"files": {"flake.nix/a": "x"}}',
        "[" * 100000,
        "\udcff",
    ],
)
def test_damaged_list(tmp_path: Path, text: str) -> None:
    write(tmp_path, {emit.LIST: os.fsencode(text), "voidgen.toml": "mine"})
    assert paths(tmp_path, tree()) == [emit.LIST]
    emit.write(tmp_path, tree(), force=True)
    assert (tmp_path / "voidgen.toml").read_text() == "mine"
    assert not emit.write(tmp_path, tree())


def test_lost_list(tmp_path: Path) -> None:
    emit.write(tmp_path, tree(a="1", b="2"))
    (tmp_path / emit.LIST).unlink()
    assert paths(tmp_path, tree(a="2")) == [A], "nobody knows whose it is"
    assert emit.write(tmp_path, tree(a="1")).strays == (B,)


def test_another_voidgen(tmp_path: Path) -> None:
    code = (
        "import fcntl, os, sys\n"
        "folder = os.open(sys.argv[1], os.O_RDONLY)\n"
        "fcntl.flock(folder, fcntl.LOCK_EX)\n"
        "print(flush=True)\n"
        "sys.stdin.read()\n"
    )
    argv = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdin
        assert other.stdout
        other.stdout.readline()
        with pytest.raises(StepFailedError, match="another voidgen is writing here"):
            emit.write(tmp_path, tree())
        assert found(tmp_path) == {}
        assert emit.compare(tmp_path, tree()), "reading needs no turn"
        other.stdin.close()
    assert emit.write(tmp_path, tree())


def test_the_turn_ends_with_the_run(tmp_path: Path) -> None:
    write(tmp_path, {FLAKE: "theirs"})
    with pytest.raises(WrongInputError):
        emit.write(tmp_path, tree())
    folder = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(folder)


class Killed(BaseException):
    """Ends the process, as far as the code under test can see."""


@pytest.fixture
def kill_after(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int | None], None]]:
    """Kills at the step to the disk after that many, before it is made."""
    left: list[int | None] = [None]

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **more: Any) -> Any:
            if left[0] is not None:
                if left[0] == 0:
                    raise Killed
                left[0] -= 1
            return real(*args, **more)

        return step

    for name in ("replace", "unlink", "rmdir", "mkdir", "open"):
        monkeypatch.setattr(Path, name, counted(getattr(Path, name)))
    monkeypatch.setattr("shutil.rmtree", counted(shutil.rmtree))

    def after(steps: int | None) -> None:
        left[0] = steps

    yield after
    after(None)


OLD = tree(a="1", b="2", c__d="3", e="4", f__g="5", h="6")
NEW = tree(a="1", b="changed", c="file", e__f="folder", f__g="5", new="6")


def _files(project: Path) -> Mapping[str, object]:
    return {path: data for path, data in found(project).items() if data is not None}


@pytest.mark.parametrize("last", ["new", "old", "other"])
def test_killed_anywhere(
    tmp_path: Path, kill_after: Callable[[int | None], None], last: str
) -> None:
    wanted = {"new": NEW, "old": OLD, "other": tree(b="other", c__d="x", e="y")}[last]
    clean = tmp_path / "clean"
    clean.mkdir()
    emit.write(clean, wanted)
    killed = 0
    for steps in range(1000):
        project = tmp_path / str(steps)
        project.mkdir()
        emit.write(project, OLD)
        kill_after(steps)
        try:
            emit.write(project, NEW)
        except Killed:
            killed += 1
        else:
            break
        finally:
            kill_after(None)
        emit.write(project, wanted)
        assert _files(project) == _files(clean), f"after {steps} steps"
        assert not emit.compare(project, wanted)
    assert killed > 20


def test_killed_again_and_again(tmp_path: Path, kill_after: Callable[[int | None], None]) -> None:
    emit.write(tmp_path, OLD)
    for steps in [*range(12), *range(12)]:
        for wanted in (NEW, OLD):
            kill_after(steps)
            try:
                emit.write(tmp_path, wanted)
            except Killed:
                pass
            finally:
                kill_after(None)
    emit.write(tmp_path, NEW)
    assert set(_files(tmp_path)) == {*NEW, emit.LIST}


NODES = st.dictionaries(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(
        lambda names: "image/include/" + "/".join(names)
    ),
    st.builds(File, st.binary(max_size=2), st.sampled_from([0o644, 0o755])),
    max_size=5,
).filter(
    lambda nodes: (
        not any(f"{one}/" in f"{other}/" for one in nodes for other in nodes if one != other)
    )
)


@given(trees=st.lists(NODES, min_size=1, max_size=4))
def test_any_trees_one_after_another(
    trees: list[dict[str, File]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    project = tmp_path_factory.mktemp("project")
    for wanted in trees:
        emit.write(project, wanted)
        assert {path: data for path, data in _files(project).items() if path != emit.LIST} == {
            path: file.data for path, file in wanted.items()
        }
        assert not emit.write(project, wanted)
    emit.write(project, {})
    assert set(_files(project)) == {emit.LIST}


def test_a_full_disk_is_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    emit.write(tmp_path, tree(a="1"))

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device", str(tmp_path / A))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(StepFailedError, match="No space left on device"):
        emit.write(tmp_path, tree(a="2"))
    monkeypatch.undo()
    assert (tmp_path / A).read_text() == "1"
    assert emit.write(tmp_path, tree(a="2")).changed == (A, emit.LIST)
