"""A login on a serial port, if the machine has the port."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.overlay.conftest import needs_root, shells
from tests.overlay.test_session import run_part

if TYPE_CHECKING:
    from tests.overlay.conftest import MakeRoot, Root

RUN = "/etc/sv/serial-console/run"
LINK = "/etc/runit/runsvdir/default/serial-console"
SAY = '#!/bin/sh\necho "${0##*/} $*"\n'


def started(root: Root, shell: tuple[str, ...], port: str, port_type: str | None) -> str:
    """Return the command that the service runs; without ``port_type``, the port has no type."""
    for name in ("pause", "chpst"):
        root.write(f"/usr/local/bin/{name}", SAY, 0o755)
    folder = f"/sys/class/tty/{port}"
    root.path(folder).mkdir(parents=True)
    if port_type:
        root.write(f"{folder}/type", f"{port_type}\n")
    script = f"touch /dev/{port}; exec {' '.join(shell)} {RUN}"
    return root.run("sh", "-c", script).stdout


@needs_root
@shells
@pytest.mark.parametrize(("port_type", "there"), [("4", True), ("0", False)])
def test_a_login_starts_only_if_the_port_exists(
    make_root: MakeRoot, shell: tuple[str, ...], port_type: str, there: bool
) -> None:
    root = make_root("serial-console")
    said = started(root, shell, "ttyS0", port_type)
    if there:
        assert said == "chpst -P agetty -L -8 ttyS0 115200 vt100\n"
    else:
        # It pauses, because runsv would start it again each second.
        assert said == "this machine has no ttyS0\npause \n"


@needs_root
def test_a_port_without_a_type_gets_a_login(make_root: MakeRoot) -> None:
    options = {"serial-console": {"port": "ttyUSB1", "baud": 9600}}
    root = make_root("serial-console", options=options)
    assert started(root, ("sh",), "ttyUSB1", None).endswith("agetty -L -8 ttyUSB1 9600 vt100\n")
    root.run("shellcheck", RUN)


@needs_root
def test_a_port_has_one_login(make_root: MakeRoot) -> None:
    root = make_root("serial-console")
    hooks = "/etc/runit/runsvdir/default/agetty-ttyS0"
    root.path("/etc/sv/agetty-ttyS0").mkdir(parents=True)
    root.path(hooks).symlink_to("/etc/sv/agetty-ttyS0")
    root.write("/sys/class/tty/ttyS0/type", "4\n")
    for part in ("06-serial", "08-serial-console"):
        run_part(root, part, "live")
    assert not root.path(hooks).is_symlink()
    assert root.path(LINK).is_symlink()
