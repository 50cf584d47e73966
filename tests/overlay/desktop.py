"""A desktop's settings in a scratch root: real schemas, a session bus, dconf."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from typing import TYPE_CHECKING

from tests.overlay.debian import unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.overlay.conftest import Root

SCHEMAS = "usr/share/glib-2.0/schemas"
GNOME = ("gsettings-desktop-schemas", "libgnomekbd-common")
CINNAMON = (*GNOME, "cinnamon-common", "cinnamon-desktop-data")
HOME = "/home/live"


def add_schemas(root: Root, packages: tuple[str, ...] = CINNAMON) -> None:
    """Give the root exactly the GSettings schemas of ``packages``."""
    compiled = root.path(SCHEMAS)
    compiled.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as sources:
        for package in packages:
            shutil.copytree(unpacked(package) / SCHEMAS, sources, dirs_exist_ok=True)
        command = ["glib-compile-schemas", f"--targetdir={compiled}", sources]
        subprocess.run(command, check=True, capture_output=True)


def session(
    root: Root, script: str, env: Mapping[str, str] | None = None, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run a shell script with its own session bus, as the desktop of the user of HOME."""
    root.path(HOME).mkdir(parents=True, exist_ok=True)
    command = ("dbus-run-session", "--", "sh", "-euc", script)
    return root.run(*command, env={"HOME": HOME, **(env or {})}, check=check)


def shells() -> dict[str, list[str]]:
    """Return the shells that run scripts for /bin/sh."""
    busybox = shutil.which("busybox")
    assert busybox, os.environ["PATH"]
    return {"dash": ["dash"], "busybox": [busybox, "sh"]}
