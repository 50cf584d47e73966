"""The Nix of each Debian suite, from the folder that `make test-nix-versions` fills."""

import os
from collections.abc import Iterator
from pathlib import Path

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
