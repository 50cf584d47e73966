"""What the quick tests share."""

import gc
import os
import signal
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tests.fuzz.mutations import NIGHTLY

from voidgen.cli import watch

# A process that is started in the background may ignore it, and so would each that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
# git compresses nothing: many tests add the same large program to a repository of their own.
os.environ |= {
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "core.looseCompression",
    "GIT_CONFIG_VALUE_0": "0",
}
# No timed tests: how long an example takes says more about the machine.
settings.register_profile(
    "untimed",
    deadline=None,
    max_examples=NIGHTLY or 25,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("untimed")
watch.PATIENCE = 600


NEEDS = {
    "xbps": ("VOIDGEN_XBPS", "VOIDGEN_MKLIVE"),
    "mklive": ("VOIDGEN_XBPS", "VOIDGEN_MKLIVE", "VOIDGEN_XBPS_REPOSITORY"),
    "hooks": ("VOIDGEN_MKLIVE",),
    "nix_versions": ("VOIDGEN_NIX_VERSIONS",),
}
"""Variables that name what the tests of a mark need. Without them, these tests are not chosen."""
LACKING = {mark for mark, names in NEEDS.items() if not all(map(os.environ.get, names))}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    lacking = [any(mark.name in LACKING for mark in item.iter_markers()) for item in items]
    left_out = [item for item, lacks in zip(items, lacking, strict=True) if lacks]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item, lacks in zip(items, lacking, strict=True) if not lacks]


def pytest_collection_finish() -> None:
    """Keep the collector of garbage from looking at thousands of tests again and again."""
    gc.freeze()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say in one line which marks this machine lacks something for."""
    if LACKING and config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        said = (f"{mark} (set {', '.join(NEEDS[mark])})" for mark in sorted(LACKING))
        terminalreporter.write_line(f"not chosen: tests marked {'; '.join(said)}")


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
