"""The Nix of each Debian suite, from the folder that `make test-nix-versions` fills."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.integration import conftest as integration
from tests.integration.offline import Nix
from tests.nix_versions.releases import SUITES, Made, Releases

VARIABLE = "VOIDGEN_NIX_VERSIONS"

nix_env = integration.nix_env


@pytest.fixture(scope="session")
def roots() -> Path:
    return Path(os.environ[VARIABLE]).absolute()


@pytest.fixture(scope="session")
def releases(
    roots: Path, nix_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Releases:
    return Releases(roots, nix_env, tmp_path_factory.mktemp("projects"))


@contextmanager
def able(nix: Nix) -> Iterator[Nix]:
    """Give a Nix that can build as root of its own user ids, if nix.conf says so.

    Nix refuses to do that below folders that all may write to, such as /tmp. It kills all processes
    of the build's user ids first, which another Nix must not have.
    """
    worker = int("".join(re.findall(r"\d+", os.environ.get("PYTEST_XDIST_WORKER", "0"))))
    with TemporaryDirectory(dir=Path.home()) as folder:
        lines = (
            nix.env["NIX_CONFIG"],
            "sandbox-fallback = false",
            f"build-dir = {folder}",
            f"start-id = {(0x35000000) + worker * 0x1000000}",
        )
        yield Nix({**nix.env, "NIX_CONFIG": "\n".join(lines)})


@pytest.fixture(scope="module")
def newest(releases: Releases) -> Iterator[Nix]:
    """The newest Nix, with its store, as in `able`."""
    with releases.use(SUITES[-1]) as nix, able(nix) as found:
        yield found


@pytest.fixture(params=SUITES)
def suite(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def made(releases: Releases, suite: str) -> Made:
    return releases.made(suite)


@pytest.fixture
def nix(releases: Releases, made: Made, suite: str) -> Iterator[Nix]:
    """The suite's Nix, with the store in which it has built the example."""
    assert made
    with releases.use(suite) as found:
        yield found
