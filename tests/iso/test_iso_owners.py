"""Whose the ISO is, and all else that a run leaves, whoever runs voidgen."""

import os
from pathlib import Path

import pytest
from tests.iso.podman import Podman
from tests.iso.project import change
from tests.iso.running import failed, nothing_left, others, well

SOMEBODY = (4711, 4712)
"""UID and GID of somebody who may use sudo."""


def by_sudo(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """As if somebody, whose project it is, ran sudo(8)."""
    # git, as root, trusts what belongs to SUDO_UID.
    for path in (folder, *folder.rglob("*")):
        os.chown(path, *SOMEBODY, follow_symlinks=False)
    patch.setenv("SUDO_UID", str(SOMEBODY[0]))
    patch.setenv("SUDO_GID", str(SOMEBODY[1]))


@pytest.mark.skipif(os.getuid() != 0, reason="sudo(8) gives root: run the tests as root, too")
def test_sudo_leaves_nothing_of_root_s(
    folder: Path, engine: Podman, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        by_sudo(patch, folder)
        well(folder)
    assert others(folder, *SOMEBODY) == []
    nothing_left(folder, engine, made=True)
    # A failure does not, either.
    with monkeypatch.context() as patch:
        by_sudo(patch, folder)
        change(folder, 'cmdline = ["quiet"]', 'cmdline = ["stand-in=early"]')
        by_sudo(patch, folder)
        failed(folder)
    assert others(folder, *SOMEBODY) == []
