"""An interrupted run leaves nothing, or the next run removes it; an earlier ISO stays."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen
from tests.iso.making import Made, settle
from tests.iso.podman import Podman
from tests.iso.project import change
from tests.iso.running import PATIENCE, failed, is_made, nothing_left, well
from tests.locks.project import clone

STAGE = 9
"""Where the stand-in waits: file systems are mounted in the container, the ISO is not begun."""
QUIET, SLOW = 'cmdline = ["quiet"]', f'cmdline = ["stand-in=slow-{STAGE}"]'


@pytest.fixture(scope="module")
def template(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with an ISO that has changed since then; building it again takes long."""
    folder = clone(made.project, tmp_path_factory.mktemp("slow") / "project")
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, made.env)
        well(folder)
        change(folder, QUIET, SLOW)
    return folder


@pytest.fixture
def slow(folder: Path, template: Path) -> Path:
    other = folder.with_name("slow")
    return clone(template, other, made=True)


@frozen
class Running:
    """voidgen in its own process, in the slow stage."""

    process: subprocess.Popen[str]
    said: Path

    def end(self) -> tuple[int, str]:
        """Wait until it ends, and return its exit status and output."""
        return self.process.wait(timeout=PATIENCE), self.said.read_text()

    def client(self) -> int:
        """Return the process id of the engine's client."""
        done = subprocess.run(
            ["pgrep", "--parent", str(self.process.pid), "--exact", "podman"],
            capture_output=True, check=True,
        )  # fmt: skip
        return int(done.stdout)


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Running]:
    said = folder / "said"
    with said.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "voidgen", "iso"], cwd=folder, stderr=stream, stdout=stream,
            text=True,
        )  # fmt: skip
    try:
        until = time.monotonic() + PATIENCE
        while f"[{STAGE}/12] Generating " not in said.read_text():
            assert process.poll() is None, said.read_text()
            assert time.monotonic() < until, said.read_text()
            time.sleep(0.1)
        yield Running(process, said)
    finally:
        process.kill()
        process.wait()
        said.unlink()


@pytest.mark.parametrize(
    "sign", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)]
)
def test_a_signal_ends_voidgen_and_the_container(
    sign: signal.Signals, slow: Path, engine: Podman
) -> None:
    with running(slow) as run:
        # A second voidgen does not interfere.
        refused = failed(slow)
        assert refused.startswith(f"voidgen: {slow}: another voidgen is writing here\n")
        assert len(engine.left(slow)) == 1
        run.process.send_signal(sign)
        status, said = run.end()
    assert status == 130
    assert said.endswith(
        "voidgen: interrupted while running mklive\n"
        "  nothing was written; run it again: what was built or fetched is kept\n"
    )
    nothing_left(slow, engine, made=True)
    assert "[9/12]" in (slow / "out" / "tests.log").read_text()


def test_the_next_run_removes_what_a_killed_voidgen_left(slow: Path, engine: Podman) -> None:
    with running(slow) as run:
        run.process.kill()
        status, _ = run.end()
        assert status == -signal.SIGKILL
    assert len(engine.left(slow)) == 1
    assert is_made(slow)
    # Even if there is nothing else to do.
    change(slow, SLOW, QUIET)
    said = well(slow)
    assert "removing container " in said
    assert f"removing what an earlier run left in {slow / 'out' / '.work'}\n" in said
    assert "(nothing to do: the ISO is current)" in said
    nothing_left(slow, engine, made=True)
    assert "removing" not in well(slow)


def test_a_killed_engine_client_is_an_error_that_leaves_nothing(slow: Path, engine: Podman) -> None:
    with running(slow) as run:
        os.kill(run.client(), signal.SIGKILL)
        status, said = run.end()
    assert status == 1
    assert "voidgen: podman run: failed in «Generating GRUB support for EFI systems...»" in said
    assert "  it was killed, perhaps by the kernel because memory ran out; the whole log" in said
    nothing_left(slow, engine, made=True)


@pytest.mark.slow
def test_a_killed_container_is_an_error_that_leaves_nothing(slow: Path, engine: Podman) -> None:
    with running(slow) as run:
        engine.run("kill", *engine.left(slow))
        status, said = run.end()
    assert status == 1
    assert "voidgen: podman run: failed in «Generating GRUB support for EFI systems...»" in said
    nothing_left(slow, engine, made=True)


@contextlib.contextmanager
def small(folder: Path, size: str) -> Iterator[None]:
    """Mount a small file system at ``folder``, with a copy of its content."""
    aside = folder.rename(folder.with_name("aside"))
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tests", str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a small file system cannot be mounted: {done.stderr.strip()}")
    try:
        subprocess.run(["cp", "-a", f"{aside}/.", folder], check=True)
        yield
        subprocess.run(["cp", "-a", f"{folder}/.", aside], check=True)
    finally:
        subprocess.run(["umount", folder], check=True)
    folder.rmdir()
    aside.rename(folder)


def test_a_full_disk_is_an_error_that_leaves_nothing(
    folder: Path, template: Path, engine: Podman
) -> None:
    change(folder, QUIET, 'cmdline = ["other"]')
    shutil.copytree(template / "out", folder / "out", symlinks=True)
    files = [file for file in (folder / "out").rglob("*") if not file.is_symlink()]
    used = sum(file.stat().st_size for file in files if file.is_file())
    with small(folder / "out", str(used + (2 << 20))):
        said = failed(folder)
        assert re.search(
            r"^voidgen: too little space: voidgen needs about \d+ MiB for the ISO \((.*)\), "
            r"but only \d MiB are free\n"
            r"  free some space, or add --no-space-check\n\Z",
            said,
            re.MULTILINE,
        )
        # Either the container or voidgen's log meets the full disk first.
        said = failed(folder, "--no-space-check")
        assert "No space left on device" in said
        assert "  free space " in said
    nothing_left(folder, engine, made=True)
