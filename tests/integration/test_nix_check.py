"""The check of the built overlay finds trees that differ from the manifest."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.integration.offline import NIX_CODE

EXPECTED = """directory /etc
file /etc/motd
directory /flake
executable /etc/rc
symlink /etc/sv -> /x
symlink /profile -> @profile@/bin
"""


def check(tmp_path: Path, change: Callable[[Path], object]) -> subprocess.CompletedProcess[str]:
    busybox = shutil.which("busybox")
    assert busybox
    include, profile, work = tmp_path / "include", tmp_path / "profile", tmp_path / "work"
    for folder in (include / "etc", profile / "bin", work):
        folder.mkdir(parents=True)
    (include / "etc/motd").touch()
    (include / "etc/rc").touch()
    (include / "etc/rc").chmod(0o755)
    (include / "etc/sv").symlink_to("/x")
    (include / "profile").symlink_to(profile / "bin")
    (tmp_path / "expected").write_text(EXPECTED)
    # The content of this folder is not checked.
    (include / "flake/set").mkdir(parents=True)
    (include / "flake/flake.nix").touch()
    (tmp_path / "filled").write_text("/flake\n")
    change(include)
    programs = tmp_path / "programs"
    programs.mkdir()
    for program in ("diff", "find", "readlink", "sed", "sort", "touch"):
        (programs / program).symlink_to(busybox)
    env = {
        "PATH": str(programs),
        "TMPDIR": str(work),
        "expected": str(tmp_path / "expected"),
        "filled": str(tmp_path / "filled"),
        "include": str(include),
        "out": str(tmp_path / "out"),
        "profile": str(profile),
    }
    return subprocess.run(
        [busybox, "sh", NIX_CODE / "check.sh"], env=env, capture_output=True, text=True, check=False
    )


def test_a_tree_that_matches_the_manifest_passes(tmp_path: Path) -> None:
    done = check(tmp_path, lambda _: None)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda include: (include / "junk").touch(), "+file /junk"),
        (lambda include: (include / "etc/motd").unlink(), "-file /etc/motd"),
        (lambda include: (include / "etc/rc").chmod(0o644), "+file /etc/rc"),
        (lambda include: (include / "junk").mkdir(), "+directory /junk"),
        (lambda include: (include / "junk").symlink_to("/y"), "+symlink /junk -> /y"),
    ],
)
def test_a_tree_that_differs_from_the_manifest_fails(
    tmp_path: Path, change: Callable[[Path], object], line: str
) -> None:
    done = check(tmp_path, change)
    assert done.returncode == 1
    assert line in done.stdout.splitlines()
