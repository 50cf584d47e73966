import re
import signal
import sys
from pathlib import Path

import pytest
from tests.support.stand_in import StandIns

from voidgen.errors import StepFailedError
from voidgen.system import process

TRANSIENT = re.compile(rb"fatal: early EOF|returned error: 5\d\d")
EARLY = "remote: Enumerating objects\nfatal: early EOF\nfatal: index-pack failed\n"
BUSY = "fatal: unable to access 'http://x/': The requested URL returned error: 503\n"
MISSING = "fatal: unable to access 'http://x/': The requested URL returned error: 404\n"
WELL = (0, "well", "")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    found = StandIns(tmp_path / "bin")
    monkeypatch.setenv("PATH", found.path)
    monkeypatch.setattr(process, "LONGEST_WAIT", 0)
    return found


def run_with_retries(*argv: str) -> process.Completed:
    return process.run_with_retries(argv, cwd=Path("/"), transient=TRANSIENT)


@pytest.mark.parametrize("faults", range(process.ATTEMPTS))
def test_a_temporary_fault_is_retried(programs: StandIns, faults: int) -> None:
    programs.add(
        "fetch", *[(128, "", EARLY if fault % 2 else BUSY) for fault in range(faults)], WELL
    )
    assert run_with_retries("fetch", "a", "b c") == process.Completed(0, b"well\n", b"")
    assert programs.starts("fetch") == [["a", "b c"]] * (faults + 1)


def test_a_lasting_fault_is_reported_after_all_attempts(programs: StandIns) -> None:
    programs.add("fetch", (128, "", EARLY))
    with pytest.raises(StepFailedError) as caught:
        run_with_retries("fetch", "a", "b", "c")
    assert caught.value.what == "fetch a b: failed (exit status 128)"
    assert caught.value.output == EARLY.strip()
    assert len(programs.starts("fetch")) == process.ATTEMPTS


def test_a_missing_file_is_not_retried(programs: StandIns) -> None:
    programs.add("fetch", (128, "", MISSING), WELL)
    with pytest.raises(StepFailedError) as caught:
        run_with_retries("fetch")
    assert caught.value.output == MISSING.strip()
    assert len(programs.starts("fetch")) == 1


def test_the_last_fault_is_reported(programs: StandIns) -> None:
    programs.add("fetch", (128, "", BUSY), (1, "", MISSING), WELL)
    with pytest.raises(StepFailedError) as caught:
        run_with_retries("fetch")
    assert caught.value.what == "fetch: failed (exit status 1)"
    assert len(programs.starts("fetch")) == 2


def test_a_success_with_messages_is_not_retried(programs: StandIns) -> None:
    programs.add("fetch", (0, "", EARLY))
    assert run_with_retries("fetch").stderr.decode() == EARLY
    assert len(programs.starts("fetch")) == 1


def test_waits_have_a_limit(programs: StandIns, monkeypatch: pytest.MonkeyPatch) -> None:
    naps: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", naps.append)
    monkeypatch.setattr(process, "LONGEST_WAIT", 0.5)
    programs.add("fetch", (128, "", EARLY))
    with pytest.raises(StepFailedError):
        run_with_retries("fetch")
    assert len(naps) == process.ATTEMPTS - 1
    assert all(0 <= nap <= 0.5 for nap in naps)


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("nix-instantiate", "nix (Debian: nix-bin, and nix-setup-systemd for its daemon)"),
        ("nix-hash", "nix (Debian: nix-bin, and nix-setup-systemd for its daemon)"),
        ("fetch", "fetch"),
    ],
)
def test_a_missing_program_names_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, package: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for start in (process.run, with_retries):
        with pytest.raises(StepFailedError) as caught:
            start([name], cwd=tmp_path)
        assert caught.value.what == f"{name}: cannot be started: No such file or directory"
        assert caught.value.remedy == f"install the package {package}"


def with_retries(argv: list[str], cwd: Path) -> process.Completed:
    return process.run_with_retries(argv, cwd=cwd, transient=TRANSIENT)


def test_a_program_killed_by_a_signal_is_an_error(tmp_path: Path) -> None:
    code = f"import os; os.kill(os.getpid(), {int(signal.SIGTERM)})"
    with pytest.raises(StepFailedError) as caught:
        process.run([sys.executable, "-c", code], cwd=tmp_path)
    assert caught.value.what.endswith("failed (signal 15)")


def test_without_check_a_failure_is_returned(programs: StandIns, tmp_path: Path) -> None:
    programs.add("fetch", (3, "out", "err"))
    done = process.run(["fetch"], cwd=tmp_path, check=False)
    assert done == process.Completed(3, b"out\n", b"err\n")
    with pytest.raises(StepFailedError):
        process.run(["fetch"], cwd=tmp_path)


def test_programs_get_the_locale_c_folder_and_stdin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    show = 'import os, sys; print(os.environ["LC_ALL"], os.getcwd(), sys.stdin.read())'
    argv = [sys.executable, "-c", show]
    for env in (None, {"LC_ALL": "de_DE.UTF-8"}):
        said = process.run(argv, cwd=tmp_path, stdin=b"given", env=env).stdout.decode()
        assert said == f"C {tmp_path} given\n"
