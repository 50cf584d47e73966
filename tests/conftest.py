"""What the quick tests share."""

import signal
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tests.fuzz.mutations import NIGHTLY

from voidgen.cli import watch

# A process that is started in the background may ignore it, and so would each that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
# No timed tests: how long an example takes says more about the machine.
settings.register_profile(
    "untimed",
    deadline=None,
    max_examples=NIGHTLY or 25,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("untimed")
watch.PATIENCE = 600


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what is expected anew from what was found; read the difference in review",
    )


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """An empty git repository; projects are made in it."""
    folder = tmp_path / "project"
    folder.mkdir()
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    return folder
