"""The ISO that Nix makes on another machine, over SSH, or as root's daemon for a plain user."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.integration.machine import Machine, ssh
from tests.integration.offline import SYSTEM, Nix
from tests.iso import conftest as iso
from tests.iso import making
from tests.iso.podman import Podman
from tests.iso.project import change
from tests.iso.running import PATIENCE, failed, well
from tests.iso.test_interrupted import QUIET, SLOW, running
from tests.locks.project import clone
from tests.nix_versions import sandboxed
from tests.nix_versions.sandboxed import Sandboxed, digests, name_engine, with_lines

from voidgen.container import engine as engines
from voidgen.doctor import nix_sandbox, sandbox_program
from voidgen.doctor.host import Host
from voidgen.doctor.nix_sandbox import Trial
from voidgen.iso.nix_sandbox import ANEW

pytestmark = [
    pytest.mark.nix_versions,
    pytest.mark.skipif(
        os.getuid() != 0 or os.uname().machine != sandbox_program.MACHINE,
        reason=f"needs root, and {sandbox_program.MACHINE}",
    ),
]

engine = iso.engine
BUILDS = "builds"
"""Nix's `build-dir` on the other machine, in the user's home folder."""
NOBODY = 65534
ALLOCATE = "auto-allocate-uids = true"
UNABLE = "auto-allocate-uids = false"
"""Nix's default."""


@pytest.fixture(scope="module")
def made(engine: Podman, newest: Nix, tmp_path_factory: pytest.TempPathFactory) -> Sandboxed:
    return sandboxed.make(tmp_path_factory.mktemp("sandbox"), engine, newest)


@pytest.fixture(scope="module")
def machine(made: Sandboxed, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return Machine(made.nix, tmp_path_factory.mktemp("machine"))


@pytest.fixture(scope="module")
def here(made: Sandboxed, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The hashes of the ISO and the files beside it, as Nix makes them as root on this machine."""
    folder = clone(made.made.project, tmp_path_factory.mktemp("here") / "project")
    with pytest.MonkeyPatch.context() as patch:
        making.settle(patch, made.made.env)
        patch.setenv(ANEW, "1")
        name_engine(folder)
        well(folder)
    return digests(folder / "out")


@pytest.fixture
def folder(made: Sandboxed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    making.settle(monkeypatch, made.made.env)
    return clone(made.made.project, tmp_path / "project")


@pytest.fixture
def builds(tmp_path: Path) -> Path:
    return tmp_path / "ssh/home" / BUILDS


@contextmanager
def builder(
    made: Sandboxed, machine: Machine, patch: pytest.MonkeyPatch, builds: Path, config: str
) -> Iterator[str]:
    """Run a machine with this NIX_CONFIG that this machine's Nix builds on; yield its URL.

    This machine cannot make the ISO.
    """
    home = pwd.getpwuid(os.getuid()).pw_dir
    config = with_lines(config, f"build-dir = {home}/{BUILDS}", f"start-id = {0x25000000}")
    env = {**made.nix.env, "NIX_CONFIG": config}
    with ssh(machine, env, builds.parent.parent) as (store, options):
        builds.mkdir()
        daemon = shutil.which("nix-daemon", path=env["PATH"])
        url = f"{store}?remote-program={daemon}"
        patch.setenv("NIX_SSHOPTS", options)
        # The sandbox of the tests has folders of the tools.
        tools = made.nix.build(made.made.project, f"packages.{SYSTEM}.iso-tools")
        made.nix.run("nix", "copy", "--no-check-sigs", "--to", url, tools, NIX_SSHOPTS=options)
        use(patch, made, url)
        yield url


def use(patch: pytest.MonkeyPatch, made: Sandboxed, url: str) -> None:
    """Have Nix build the ISO, and nothing else, on the machine at ``url``."""
    lines = (UNABLE, f"builders = {url} {SYSTEM} - 1 1 - uid-range")
    patch.setenv("NIX_CONFIG", with_lines(made.nix.env["NIX_CONFIG"], *lines))


def attempt() -> Trial:
    return nix_sandbox.attempt(Host(seconds=PATIENCE), sandbox_program.MACHINE)


def test_a_builder_makes_the_same_files(  # noqa: PLR0913, PLR0917 - fixtures
    folder: Path,
    made: Sandboxed,
    here: dict[str, str],
    machine: Machine,
    builds: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # As on a machine that has neither podman nor docker.
    monkeypatch.setattr(engines, "installed", lambda _: "")
    monkeypatch.setenv(ANEW, "1")
    with builder(made, machine, monkeypatch, builds, os.environ["NIX_CONFIG"]) as url:
        well(folder)
    log = (folder / "out/tests.log").read_text()
    assert f"-tests-iso.drv' on '{url}'...\n" in log
    assert "\n[12/12] " in log
    assert digests(folder / "out") == here


def test_an_interrupt_leaves_nothing_on_the_builder(
    folder: Path, made: Sandboxed, machine: Machine, builds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_engine(folder)
    change(folder, QUIET, SLOW)
    with (
        builder(made, machine, monkeypatch, builds, os.environ["NIX_CONFIG"]),
        running(folder) as run,
    ):
        assert [*builds.iterdir()]
        assert not [*made.builds.iterdir()]
        run.process.send_signal(signal.SIGINT)
        status, said = run.end()
        assert (status, "voidgen: interrupted while running mklive\n" in said) == (130, True)
        # The builder notices it when the connection ends.
        until = time.monotonic() + PATIENCE
        while [*builds.iterdir()]:
            assert time.monotonic() < until
            time.sleep(0.1)


def test_doctor_builds_where_the_iso_is_built(
    folder: Path, made: Sandboxed, machine: Machine, builds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert folder
    with builder(made, machine, monkeypatch, builds, os.environ["NIX_CONFIG"]) as url:
        trial = attempt()
        assert (trial.fault, trial.note.partition(": ")[0]) == ("", f"Nix builds it on {url}")
        use(monkeypatch, made, url.replace("127.0.0.1", "127.0.0.2"))
        trial = attempt()
        assert trial.fault.startswith("failed to start SSH connection to '127.0.0.2' (")


def test_a_builder_that_lacks_a_setting(
    folder: Path, made: Sandboxed, machine: Machine, builds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_engine(folder)
    config = os.environ["NIX_CONFIG"].replace(ALLOCATE, "")
    with builder(made, machine, monkeypatch, builds, config) as url:
        trial = attempt()
        assert trial.fault == (
            "feature 'uid-range' requires the setting 'auto-allocate-uids' to be enabled "
            f"(Nix builds it on {url})"
        )
        assert ALLOCATE in trial.remedy
        assert "`voidgen doctor` says what to set" in failed(folder)


def test_a_builder_that_cannot_be_reached(
    folder: Path, made: Sandboxed, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_engine(folder)
    monkeypatch.setenv("NIX_SSHOPTS", "-F /dev/null -p 1")
    use(monkeypatch, made, "ssh-ng://root@127.0.0.2")
    said = failed(folder)
    assert "cannot build on 'ssh-ng://root@127.0.0.2'" in said
    assert "`voidgen doctor` says why" in said


@contextmanager
def daemon(nix: Nix, socket: Path) -> Iterator[None]:
    """Run root's daemon, which alone has the settings."""
    env = {**nix.env, "NIX_DAEMON_SOCKET_PATH": str(socket)}
    with subprocess.Popen(["nix-daemon"], env=env, stderr=subprocess.DEVNULL) as running:
        try:
            until = time.monotonic() + PATIENCE
            while not socket.exists():
                assert time.monotonic() < until
                time.sleep(0.05)
            yield
        finally:
            running.terminate()


def as_user(folders: Sequence[Path], words: Sequence[str]) -> list[str]:
    """Return a command that runs ``words`` as a user who can reach these folders of the tests.

    The folders above them are closed to other users.
    """
    base = Path("/", folders[0].parts[1])
    mounts: list[str | Path] = ["--dev-bind", "/", "/", "--perms", "0755", "--tmpfs", base]
    for one in (one for one in folders if one.is_relative_to(base)):
        for parent in reversed(one.relative_to(base).parents[:-1]):
            mounts += ["--perms", "0755", "--dir", base / parent]
        mounts += ["--bind", one, one]
    user = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    return ["bwrap", *map(str, mounts), "--", *user, *words]


def test_a_plain_user_has_the_daemon_make_the_same_files(
    folder: Path, made: Sandboxed, here: dict[str, str], tmp_path: Path
) -> None:
    tmp_path.chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()
    for one in (home, folder, *folder.rglob("*")):
        os.chown(one, NOBODY, NOBODY, follow_symlinks=False)
    env = {
        **made.nix.env,
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home),
        # Nix looks for root's channels there, and other tests may have made a folder of root's.
        "NIX_STATE_DIR": str(home / "state"),
        "NIX_CONFIG": "experimental-features = nix-command flakes",
        "NIX_REMOTE": "daemon",
        "NIX_DAEMON_SOCKET_PATH": str(tmp_path / "socket"),
    }
    words = ("nix", "build", "--no-link", "--print-out-paths", f"{folder}#iso")
    root = Path(env["NIX_STORE_DIR"]).parent
    # The checkout with this Nix may be below /tmp.
    releases = Path(shutil.which("nix", path=env["PATH"]) or "").parents[2]
    with daemon(made.nix, tmp_path / "socket"):
        done = subprocess.run(
            as_user((root, tmp_path, releases), words),
            env=env,
            check=False,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stderr
    assert "-tests-iso.drv'..." in done.stderr
    assert digests(Path(done.stdout.strip())) == here
