"""What Nix's sandbox allows, by real builds of doctor's program."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.offline import Nix
from tests.nix_versions.conftest import able
from tests.nix_versions.releases import MACHINE, SUITES, Releases

from voidgen.doctor import nix_sandbox, sandbox_program
from voidgen.doctor.sandbox_program import DONE, FILTERED, FIRST, STEPS
from voidgen.nix import uid_range

pytestmark = [
    pytest.mark.nix_versions,
    pytest.mark.skipif(
        os.getuid() != 0 or os.uname().machine != sandbox_program.MACHINE,
        reason=f"needs root, and {sandbox_program.MACHINE}",
    ),
]

DOCTOR = (
    "from voidgen.doctor import host, nix_sandbox;"
    f"trial = nix_sandbox.attempt(host.Host(seconds=300), {sandbox_program.MACHINE!r});"
    "print(trial.fault or trial.note)"
)


@pytest.fixture(params=[one for one in SUITES if one != MACHINE])
def newer(releases: Releases, request: pytest.FixtureRequest) -> Iterator[Nix]:
    """A Nix that has ``uid-range``; not Debian 12's."""
    with releases.use(request.param) as nix, able(nix) as found:
        yield found


def with_lines(nix: Nix, *lines: str) -> str:
    """Return NIX_CONFIG with more lines."""
    return "\n".join((nix.env["NIX_CONFIG"], *lines))


def status(nix: Nix, folder: Path, *lines: str) -> int:
    """Return the exit status of doctor's program as a builder, with these settings."""
    file = folder / "program"
    file.write_bytes(sandbox_program.program())
    file.chmod(0o755)
    words = ["--argstr", "program", str(file), "--argstr", "feature", uid_range.FEATURE]
    said = nix.fail(
        "nix-build", "--no-out-link", "--expr", nix_sandbox.EXPRESSION, *words,
        NIX_CONFIG=with_lines(nix, *lines),
    )  # fmt: skip
    return nix_sandbox.builder_status(said)


def test_doctor_with_and_without_the_settings(newer: Nix) -> None:
    def found(*lines: str) -> str:
        config = with_lines(newer, *lines)
        return newer.run(sys.executable, "-c", DOCTOR, NIX_CONFIG=config).strip()

    assert "keeps them" in found(*uid_range.SETTINGS)
    assert "does not filter" in found(*uid_range.SETTINGS, uid_range.NO_FILTER)
    assert found() == f"nix.conf lacks {', '.join(uid_range.SETTINGS)}"


def test_the_filter_refuses_setuid_bits_only(newer: Nix, tmp_path: Path) -> None:
    assert status(newer, tmp_path, *uid_range.SETTINGS, uid_range.NO_FILTER) == DONE
    assert status(newer, tmp_path, *uid_range.SETTINGS) == FILTERED
    assert STEPS[FILTERED - FIRST].name == "set a setuid bit"


@pytest.mark.parametrize("number", [0, 1])
def test_each_setting_is_needed(newer: Nix, tmp_path: Path, number: int) -> None:
    lines = [line for index, line in enumerate(uid_range.SETTINGS) if index != number]
    assert status(newer, tmp_path, *lines) == 0
