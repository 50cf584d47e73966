"""A container engine, the stand-ins for mklive and XBPS, and a project that is locked to them."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen
from tests.integration import conftest as integration
from tests.integration.offline import ROOT
from tests.iso import packages, podman, project
from tests.iso.podman import NotHereError, Podman
from tests.iso.project import commit
from tests.locks.project import clone, repository, well
from tests.locks.void import StandIn
from tests.unit.stand_in import StandIns

from voidgen import nix, process

nix_env = integration.nix_env


@pytest.fixture(scope="session")
def engine() -> Podman:
    """podman with the stand-ins' image; the tests are skipped where it runs nothing."""
    folder = ROOT / ".venv" / "container" / str(os.getuid())
    try:
        return podman.find(folder, podman.PROGRAMS)
    except NotHereError as error:
        pytest.skip(str(error))


@frozen
class Made:
    """What is made once: a project, locked and generated, and its surroundings."""

    project: Path
    env: dict[str, str]


@pytest.fixture(scope="session")
def made(nix_env: dict[str, str], engine: Podman, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("iso")
    (folder / "programs").mkdir()
    void = StandIn(folder / "programs")
    mklive = folder / "mklive"
    shutil.copytree(ROOT / "tests" / "stand_in_iso" / "mklive", mklive)
    key = void.key("tests", folder)
    repository(mklive, {f"keys/{key.file}": key.plist})
    repo = packages.repository(folder / "repository", project.ARCH)
    # Where the image is, no registry is asked.
    skopeo = StandIns(folder / "skopeo")
    skopeo.add("skopeo", (0, engine.image.partition("@")[2], ""))
    env = {
        **{name: value for name, value in nix_env.items() if name.startswith(("NIX_", "XDG_"))},
        **engine.env,
        "HOME": nix_env["HOME"],
        "PATH": f"{skopeo.folder}:{void.programs}:{nix_env['PATH']}",
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    busybox = Path(os.environ.get("VOIDGEN_BUSYBOX") or shutil.which("busybox") or "busybox")
    written = project.write(folder / "project", mklive, repo, engine.image, busybox)
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, env)
        well(written, "lock")
        well(written, "generate")
    commit(written)
    return Made(written, env)


def settle(patch: pytest.MonkeyPatch, env: dict[str, str]) -> None:
    """The functions take this process's environment."""
    for name in [name for name in os.environ if name.startswith(("NIX_", "SUDO_"))]:
        patch.delenv(name)
    for name, value in env.items():
        patch.setenv(name, value)
    patch.setattr(process, "LONGEST_WAIT", 0)
    nix.version.cache_clear()


@pytest.fixture
def folder(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project to make the ISO of."""
    settle(monkeypatch, made.env)
    yield clone(made.project, tmp_path / "project")
    nix.version.cache_clear()
