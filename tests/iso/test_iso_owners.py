"""The ISO and everything else that a run leaves belong to the user who runs voidgen."""

import os
from pathlib import Path

import pytest
from tests.iso.podman import Podman
from tests.iso.project import change
from tests.iso.running import failed, nothing_left, others, well

SOMEBODY = (4711, 4712)
"""UID and GID of somebody who may use sudo."""


def pretend_sudo(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Pretend that the project's owner runs voidgen with sudo(8)."""
    # As root, git trusts repositories of SUDO_UID.
    for path in (folder, *folder.rglob("*")):
        os.chown(path, *SOMEBODY, follow_symlinks=False)
    patch.setenv("SUDO_UID", str(SOMEBODY[0]))
    patch.setenv("SUDO_GID", str(SOMEBODY[1]))


@pytest.mark.skipif(os.getuid() != 0, reason="sudo(8) gives root: run the tests as root, too")
def test_with_sudo_all_files_belong_to_the_caller(
    folder: Path, engine: Podman, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        pretend_sudo(patch, folder)
        well(folder)
    assert others(folder, *SOMEBODY) == []
    nothing_left(folder, engine, made=True)
    # Also if the run fails.
    with monkeypatch.context() as patch:
        pretend_sudo(patch, folder)
        change(folder, 'cmdline = ["quiet"]', 'cmdline = ["stand-in=early"]')
        pretend_sudo(patch, folder)
        failed(folder)
    assert others(folder, *SOMEBODY) == []
