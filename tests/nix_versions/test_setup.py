"""What each release of Nix prints if its setup is wrong, and `voidgen doctor` if it is right."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.integration.conftest import use_nix
from tests.integration.offline import CONFIG, Nix
from tests.nix_versions.releases import Releases

from voidgen.doctor import nix as nix_checks
from voidgen.doctor import nix_build
from voidgen.doctor.host import Host
from voidgen.nix import readiness
from voidgen.nix.setup_faults import fault_in
from voidgen.system import git

pytestmark = pytest.mark.nix_versions
BUILD = ("nix-build", "--no-out-link", "--expr", nix_build.EXPRESSION)


@pytest.fixture
def nix(releases: Releases, suite: str) -> Iterator[Nix]:
    with releases.use(suite) as found:
        yield found


def features(nix: Nix, _: Path) -> str:
    return nix.fail(*readiness.QUESTION, NIX_CONFIG="substituters =")


def flakes(nix: Nix, _: Path) -> str:
    config = "experimental-features = nix-command"
    return nix.fail(*readiness.QUESTION, NIX_CONFIG=config)


def build_users(nix: Nix, _: Path) -> str:
    return nix.fail(*BUILD, NIX_CONFIG=f"{CONFIG}\nbuild-users-group = no-such-group")


def daemon(nix: Nix, folder: Path) -> str:
    path = folder / "daemon-socket/socket"
    return nix.fail(*readiness.QUESTION, NIX_REMOTE="daemon", NIX_DAEMON_SOCKET_PATH=str(path))


def daemon_killed(nix: Nix, folder: Path) -> str:
    path = folder / "daemon-socket/socket"
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(os.path.relpath(path))
    return nix.fail(*readiness.QUESTION, NIX_REMOTE="daemon", NIX_DAEMON_SOCKET_PATH=str(path))


def remote(nix: Nix, _: Path) -> str:
    return nix.fail(*readiness.QUESTION, NIX_REMOTE="no-such-store")


def safe_directory(nix: Nix, folder: Path) -> str:
    git.init(folder)
    (folder / "flake.nix").write_text("{ outputs = _: { }; }")
    git.add_intent(folder, ["flake.nix"])
    for path in (folder, folder / ".git"):
        os.chown(path, 12345, 12345)
    return nix.fail("nix", "eval", f"{folder}#x")


FAULTS: list[tuple[str, Callable[[Nix, Path], str]]] = [
    ("features", features),
    ("features", flakes),
    ("build-users", build_users),
    ("daemon", daemon),
    ("daemon", daemon_killed),
    ("remote", remote),
    ("safe-directory", safe_directory),
]


@pytest.mark.skipif(os.getuid() != 0, reason="a build user and an owner are for root to choose")
def test_nix_says_what_is_wrong(nix: Nix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for number, (name, provoke) in enumerate(FAULTS):
        folder = tmp_path / str(number)
        folder.mkdir()
        monkeypatch.chdir(folder)
        found.append((name, fault_in(provoke(nix, folder))))
    assert found == [(name, name) for name, _ in FAULTS]


def test_a_good_setup_passes(nix: Nix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_nix(monkeypatch, nix.env)
    found = {one.name: one.state for one in nix_checks.check(Host(tmp_path))}
    assert set(found.values()) == {"passed"}
    assert found.keys() > {"Nix store", "Nix builds", "Nix features"}
    assert [*readiness.remedies()] == []


@pytest.mark.skipif(os.getuid() != 0, reason="only root has build users")
def test_doctor_finds_that_nix_cannot_build(
    nix: Nix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_nix(monkeypatch, nix.env)
    monkeypatch.setenv(
        "NIX_CONFIG", "build-users-group = no-such-group\nsandbox = false\nsubstituters ="
    )
    found = {one.name: one.state for one in nix_checks.check(Host(tmp_path))}
    assert found["Nix builds"] == "failed"
    assert found["sandboxed builds"] == found["Nix features"] == "warning"
    assert [one.what.partition(":")[0] for one in readiness.remedies()] == [
        "nix.conf does not enable the features that `nix build` needs",
        "Nix has no build users",
    ]
