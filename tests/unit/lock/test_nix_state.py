"""[nix] state-dir must agree with the locked nix package."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.support.lock import lock, package
from tests.support.program import voidgen, write

from voidgen.lock import nix_state
from voidgen.lock import voidgen_lock as lock_file

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = '[image]\nname = "a"\n[nix]\nstate-dir = "/nix/var/nix"\n[mklive]\n'


@pytest.mark.parametrize(
    ("version", "directory"),
    [
        ("2.11.0_5", "/nix/var/nix"),
        ("2.30.1_1", "/nix/var/nix"),
        ("2.30.2_1", "/var/nix"),
        ("2.30.5_2", "/var/nix"),
        ("2.100.0_1", "/var/nix"),
    ],
)
def test_the_state_directory_depends_on_the_version(version: str, directory: str) -> None:
    assert nix_state.directory(version) == directory


@pytest.mark.parametrize(
    ("packages", "state_dir", "fits"),
    [
        (["nix-2.30.5_2"], "/var/nix", True),
        (["nix-2.30.5_2"], "/nix/var/nix", False),
        (["nix-2.11.0_5"], "/nix/var/nix", True),
        (["nix-2.11.0_5"], "/var/nix", False),
        (["nix-2.30.5_2"], "/srv/nix", False),
        (["nixfmt-1.0_1", "htop-3_1"], "/nix/var/nix", True),
        ([], "/nix/var/nix", True),
    ],
)
def test_a_state_directory_that_disagrees_is_a_fault(
    packages: list[str], state_dir: str, fits: bool, tmp_path: Path
) -> None:
    locked = lock(map(package, packages))
    assert (nix_state.fault(locked, state_dir, tmp_path) is None) == fits
    assert nix_state.fault(None, state_dir, tmp_path) is None


def test_generate_warns_with_the_line(repository: Path) -> None:
    write(repository, {"voidgen.toml": CONFIG})
    locked = lock([package("nix-2.30.5_2")])
    (repository / lock_file.FILE).write_bytes(lock_file.dump(locked))
    ran = voidgen("--quiet", "generate", cwd=repository)
    assert (ran.status, ran.out) == (0, "")
    assert ran.err == (
        "warning: voidgen.toml:4: nix.state-dir: is '/nix/var/nix', but the locked nix-2.30.5_2 "
        "keeps its state in '/var/nix'\n"
        '    write state-dir = "/var/nix", or the live Nix does not know the image\'s paths\n'
    )
    (warning,) = json.loads(voidgen("generate", "--json", cwd=repository).out)["warnings"]
    assert warning["remedy"].startswith('write state-dir = "/var/nix"')
    right = CONFIG.replace("/nix/var/nix", "/var/nix")
    (repository / "voidgen.toml").write_text(right)
    assert voidgen("--quiet", "generate", cwd=repository).err == ""
