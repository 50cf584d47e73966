"""The module that docs/how-to/write-a-module.md writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.docs.blocks import ROOT, written_files
from tests.overlay.conftest import needs_root
from tests.support.program import write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.overlay.conftest import MakeRoot, Root

PAGE = ROOT / "docs/how-to/write-a-module.md"
HOME = "/var/lib/beacon"
LAST = f"{HOME}/last"
UID = 60123
"""An id that no user of this machine has."""
ONCE = f"""
/etc/sv/beacon/run &
until [ -s {LAST} ]; do sleep 0.1; done
ps -o uid= -p $!
"""
"""Runs the service until it has said something, and prints the id that it runs as."""


@pytest.fixture
def root(make_root: MakeRoot, tmp_path: Path) -> Root:
    """The scratch root of an image with the module, whose message is an awkward one."""
    write(tmp_path / "shown", written_files(PAGE))
    options = {"beacon": {"message": "it's on; $HOME"}}
    return make_root("beacon", options=options, own=tmp_path / "shown/overlay-src")


@needs_root
def test_its_service_runs_as_its_user(root: Root) -> None:
    # As `voidgen iso` makes the user.
    for name, line in (
        ("passwd", f"beacon:x:{UID}:{UID}::{HOME}:/sbin/nologin"),
        ("group", f"beacon:x:{UID}:"),
    ):
        file = root.path(f"/etc/{name}")
        file.write_text(f"{file.read_text()}{line}\n")
    root.run("chown", "beacon:beacon", HOME)
    assert root.run("sh", "-c", ONCE).stdout.split() == [str(UID)]
    said = root.path(LAST)
    assert said.read_text() == "it's on; $HOME, with a token\n"
    assert said.stat().st_uid == UID


def test_only_root_can_read_its_private_file(root: Root) -> None:
    assert root.path("/etc/beacon/env/TOKEN").stat().st_mode & 0o777 == 0o600


def test_the_service_is_enabled(root: Root) -> None:
    link = root.path("/etc/runit/runsvdir/default/beacon")
    assert str(link.readlink()) == "/etc/sv/beacon"


def test_its_autostart_entry_shows_what_it_says(root: Root) -> None:
    entry = "/etc/xdg/autostart/beacon.desktop"
    root.run("desktop-file-validate", entry)
    root.write("/usr/local/bin/notify-send", '#!/bin/sh\necho "$1"\n', 0o755)
    root.write(LAST, "here\n")
    lines = root.path(entry).read_text().splitlines()
    (program,) = (line.removeprefix("Exec=") for line in lines if line.startswith("Exec="))
    assert root.run(program).stdout == "The beacon says: here\n"


def test_its_scripts_have_no_mistakes(root: Root) -> None:
    root.run("shellcheck", "--exclude=SC2016", "/etc/sv/beacon/run", "/usr/local/libexec/beacon")
