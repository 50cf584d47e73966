"""`nix flake check` and `nix flake show` accept the emitted flake without warnings."""

import subprocess
from pathlib import Path

import pytest
from tests.integration.offline import Nix


@pytest.mark.parametrize("words", [("check", "--no-build"), ("show",)])
def test_nix_flake_commands_print_no_warning(
    example: Path, empty_nix: Nix, words: tuple[str, ...]
) -> None:
    name = ("-c", "user.name=tests", "-c", "user.email=tests@example.org")
    for git in (("add", "-A"), (*name, "commit", "-qm", "all")):
        subprocess.run(["git", "-C", example, *git], check=True)
    done = subprocess.run(
        ["nix", "flake", *words, str(example)],
        env=empty_nix.env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = (done.stdout + done.stderr).splitlines()
    remarks = [line for line in said if "warning" in line or "unknown" in line]
    # The image is listed under each system that it can be built on, and why there is no ISO.
    expected = ("omitted these incompatible systems", "omitted (use '--legacy' to show)")
    assert not [line for line in remarks if not any(one in line for one in expected)]
