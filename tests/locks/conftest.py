"""Void or its stand-in, a web server with its packages, and a locked project."""

import hashlib
import os
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
from tests.integration import conftest as integration
from tests.locks import site as sites
from tests.locks.project import commit, project, repository, toml, well
from tests.locks.site import ARCH, KEPT, VOID, Origin, Site, rolled
from tests.locks.void import MKLIVE, PROGRAMS, Package, Real, Void, resident
from tests.support.http_faults import Server, serving

from voidgen.system import process

nix_env = integration.nix_env


@pytest.fixture(scope="session", params=["stand-in", pytest.param("real", marks=pytest.mark.xbps)])
def void(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Void]:
    """A stand-in for Void, and the real XBPS and mklive if variables name them."""
    if request.param == "stand-in":
        with resident(tmp_path_factory.mktemp("programs")) as found:
            yield found
    else:
        yield Real(*(Path(os.environ[name]).absolute() for name in (PROGRAMS, MKLIVE)))


NEWER = (
    Package("htop", "3.4.0_1", depends=("ncurses>=6.0",)),
    Package("zsh", "5.9_5", depends=("ncurses>=0",)),
    Package("linux6.1", "6.1.128_1"),
)


@pytest.fixture(scope="session")
def origin(void: Void, tmp_path_factory: pytest.TempPathFactory) -> Origin:
    folder = tmp_path_factory.mktemp("origin")
    key, other = (void.key(name, folder) for name in ("void", "other"))
    packages = sites.make(void, folder / "packages", VOID, key)
    later = sites.make(void, folder / "later", rolled(*NEWER), key)
    mklive = folder / "mklive"
    void.mklive(mklive)
    repository(mklive, {f"keys/{key.file}": key.plist})
    return Origin(void, key, other, packages, later, mklive)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


@pytest.fixture
def site(server: Server, origin: Origin) -> Site:
    """The unbroken repository, at the URL that `locked` has in its lock file."""
    server.bodies.clear()
    found = Site(server, origin)
    found.publish(origin.packages)
    return found


@pytest.fixture(autouse=True)
def machine(
    nix_env: dict[str, str],
    void: Void,
    origin: Origin,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Use the tests' Nix store, Void's programs, and a cache of this test.

    Earlier runs have fetched the `KEPT` packages, which mklive adds to every image.
    """
    set_environment(monkeypatch, nix_env, void, tmp_path / "cache")
    forget_packages(Path(nix_env["NIX_STORE_DIR"]), KEPT)
    signatures = tmp_path / "cache" / "voidgen" / "signatures"
    signatures.mkdir(parents=True)
    for name in KEPT:
        file = origin.packages / f"{Package(name).pkgver}.{ARCH}.xbps"
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        shutil.copy(f"{file}.sig2", signatures / f"{digest}.sig2")
    monkeypatch.setattr(process, "LONGEST_WAIT", 0.01)


@pytest.fixture
def nothing_fetched(nix_env: dict[str, str], tmp_path: Path) -> None:
    """The Nix store has no packages of Void, and the cache is empty."""
    forget_packages(Path(nix_env["NIX_STORE_DIR"]))
    shutil.rmtree(tmp_path / "cache")


def forget_packages(store: Path, kept: Collection[str] = ()) -> None:
    """Delete the packages of Void that earlier tests have fetched into the store, but ``kept``."""
    patterns = ("*.xbps", "*-xbps-packages", "*-xbps-repository")
    found = [
        str(path)
        for pattern in patterns
        for path in store.glob(pattern)
        if path.name[33:].rpartition("-")[0] not in kept
    ]
    if found:
        process.run(["nix-store", "--delete", "--ignore-liveness", *found], cwd=store)


def set_environment(
    monkeypatch: pytest.MonkeyPatch, nix_env: dict[str, str], void: Void, cache: Path
) -> None:
    for name in [name for name in os.environ if name.startswith("NIX_")]:
        monkeypatch.delenv(name)
    for name, value in nix_env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("NIX_CONFIG", f"{nix_env['NIX_CONFIG']}\ndownload-attempts = 2\n")
    monkeypatch.setenv("PATH", f"{void.programs}:{nix_env['PATH']}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))


@pytest.fixture(scope="session")
def locked(
    nix_env: dict[str, str],
    void: Void,
    origin: Origin,
    server: Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A project that is locked and committed. Tests work on copies."""
    folder = tmp_path_factory.mktemp("locked") / "project"
    server.bodies.clear()
    found = Site(server, origin)
    found.publish(origin.packages)
    project(folder, toml(origin.mklive, [found.url]))
    with pytest.MonkeyPatch.context() as patch:
        set_environment(patch, nix_env, void, tmp_path_factory.mktemp("cache"))
        well(folder, "lock")
    commit(folder)
    return folder
