"""If a command is killed or a write fails, edits and projects are complete or not made at all."""

import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from attrs import frozen
from tests.property import killing, running
from tests.property.killing import Act
from tests.support.program import found, voidgen, write

from voidgen import project
from voidgen.check import store
from voidgen.emit import Changes
from voidgen.generate import run
from voidgen.iso import inputs
from voidgen.lock import voidgen_lock as lock_file
from voidgen.lock.state import Pins
from voidgen.lock.types import Lock
from voidgen.nix import store_paths
from voidgen.system import sri
from voidgen.system.files import project_lock

CONFIG = '[image]\nname = "x"   # mine\n[overlay]\nmodules = ["one"]\n'


@frozen
class Command:
    """`voidgen WORDS`, in its own process."""

    words: tuple[str, ...]

    def __call__(self, folder: Path) -> running.Ran:
        ran = voidgen(*self.words, cwd=folder)
        return running.Ran(ran.status, ran.out, ran.err)


class Record:
    """The part of `voidgen check --record` that writes, without a build."""

    def __call__(self, folder: Path) -> running.Ran:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(store_paths, "nar_hashes", lambda _: {"/nix/store/x": "sha256-x"})
            patch.setattr(inputs, "flake_digest", lambda *_: sri.of_bytes(b"of"))
            patch.setattr(store, "fingerprint", lambda _: sri.of_bytes(b"print"))
            patch.setattr(project, "load", lambda _: _image(folder))
            patch.setattr("voidgen.generate.run.run", _record)
            return Command(("generate",))(folder)


class _Image:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = ""


def _image(folder: Path) -> _Image:
    return _Image(folder)


def _record(request: run.Request) -> run.Result:
    folder = request.folder
    store.record(_image(folder), Pins((), b"", lock_file.read(folder)), "/nix/store/x")  # type: ignore[arg-type]
    return run.Result(Changes(), (), ())


COMMANDS: dict[str, killing.Run] = {
    "add": Command(("add", "module", "two")),
    "remove": Command(("remove", "module", "one")),
    "init": Command(("init", "--preset", "console", "new")),
    "init over": Command(("init", "--preset", "console", "there")),
    "record": Record(),
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = running.repository(tmp_path_factory.mktemp("edits"))
    write(folder, {"voidgen.toml": CONFIG, "voidgen.lock": lock_file.dump(Lock())})
    for name in ("one", "two"):
        write(folder, {f"overlay-src/{name}/module.toml": 'summary = "x"\n'})
    write(folder, {"there/notes": "mine\n"})
    return folder


def copied(template: Path, folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template, folder, symlinks=True)
    return folder


def without_temporary_files(folder: Path) -> dict[str, bytes | str | None]:
    """Return all files except temporary ones, which the next run removes."""
    return {
        path: data
        for path, data in found(folder).items()
        if not path.endswith(".new") and not path.rpartition("/")[2].startswith(".voidgen-")
        if not any(part.startswith(".voidgen-") for part in path.split("/"))
    }


@pytest.mark.parametrize("count", killing.EVERY)
@pytest.mark.parametrize(
    "act",
    [
        killing.die,
        killing.full,
        *(pytest.param(act, marks=pytest.mark.slow) for act in (killing.denied, killing.broken)),
    ],
)
@pytest.mark.parametrize("name", COMMANDS)
def test_each_file_is_the_old_or_the_new_one_after_a_kill_or_failed_write(
    name: str, act: Act, count: int | None, template: Path, tmp_path: Path
) -> None:
    run, folder = COMMANDS[name], tmp_path / "project"
    before = without_temporary_files(copied(template, folder))
    status, said, touches = killing.attempt(folder, 0, None, run)
    assert (status, said) == (0, "")
    after = without_temporary_files(folder)
    assert after != before
    assert touches > 2
    for start in killing.chosen(touches, count):
        copied(template, folder)
        status, said, _ = killing.attempt(folder, start, act, run)
        assert (
            status == (-signal.SIGKILL if act is killing.die else 1)
            or without_temporary_files(folder) == after
        )
        assert "internal error" not in said
        left = without_temporary_files(folder)
        for path in {*before, *after}:
            # Each file is the old or the new one; added files may exist already.
            assert left.get(path) in {before.get(path), after.get(path)}, path
        again, said, _ = killing.attempt(folder, 0, None, run)
        if again == 0:
            assert without_temporary_files(folder) == after
        else:
            # Nothing is overwritten, so the second run refuses to start.
            assert (name.startswith("init"), again) == (True, 2), said
            assert "already exists" in said


WRITING = (
    ("generate",),
    ("add", "module", "two"),
    ("remove", "module", "one"),
    ("lock",),
    ("update",),
)


@pytest.mark.parametrize("words", WRITING, ids=[words[0] for words in WRITING])
def test_a_second_voidgen_writes_nothing(
    words: tuple[str, ...], template: Path, tmp_path: Path
) -> None:
    """It names the reason."""
    folder = copied(template, tmp_path / "project")
    before = found(folder)
    with project_lock(folder):
        ran = voidgen(*words, cwd=folder)
    assert ran.status == 1
    assert (
        "another voidgen is writing here\n  wait until it ends, and run this command again\n"
        in ran.err
    )
    assert found(folder) == before


def test_check_record_does_not_wait_for_another_voidgen(template: Path, tmp_path: Path) -> None:
    folder = copied(template, tmp_path / "project")
    before = found(folder)
    with project_lock(folder):
        status, said, _ = killing.attempt(folder, 0, None, Record())
    assert status == 1
    assert "another voidgen is writing here" in said
    assert found(folder) == before


def test_a_missing_folder_is_an_error(template: Path, tmp_path: Path) -> None:
    folder = copied(template, tmp_path / "project")
    subprocess.run(["rm", "-r", folder / "overlay-src"], check=True)
    ran = voidgen("-C", str(folder), "generate", cwd=tmp_path)
    assert ran.status == 2
    shutil.rmtree(folder)
    for words in WRITING:
        ran = voidgen("-C", str(folder), *words, cwd=tmp_path)
        assert (ran.status, ran.out) == (2, "")
        assert "no such folder" in ran.err


def test_commands_work_if_the_clock_jumps_back(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copied(template, tmp_path / "project")
    now = iter(range(2_000_000_000, 0, -1_000_000))
    monkeypatch.setattr(time, "time", lambda: float(next(now)))
    for words in (("generate",), ("add", "module", "two"), ("generate",), ("generate", "--check")):
        ran = voidgen(*words, cwd=folder)
        assert ran.status == 0, ran.err
