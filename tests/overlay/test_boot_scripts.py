"""The scripts for boot and session, rendered with each choice of options."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.overlay.conftest import MakeRoot

RULE = "LIVE ALL=(root) NOPASSWD: /usr/bin/true"

CHOICES: tuple[dict[str, dict[str, Any]], ...] = (
    {},
    {
        "gpu-detect": {"nvidia": "only", "virtual-acceleration": True},
        "live-user": {"sudo": True, "sudo-rules": [RULE, "it's odd"]},
    },
    {
        "gpu-detect": {"nvidia": "off"},
        "live-user": {"sudo": False, "sudo-rules": [RULE], "groups": ["a", "it's"]},
    },
    {"live-user": {"sudo": False}},
)
MODULES = ("cinnamon-live", "installer", "serial-console")


def test_shellcheck_finds_nothing(make_root: MakeRoot) -> None:
    scripts = []
    for options in CHOICES:
        runit = make_root(*MODULES, options=options).path("/etc/runit")
        scripts += [runit / "2", runit / "live-setup.sh", *(runit / "live-setup.d").iterdir()]
        scripts += (runit.parents[1] / "usr/local/libexec/install-void").iterdir()
    done = subprocess.run(
        ["shellcheck", "--severity=style", *map(str, scripts)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert not done.stdout
    assert done.returncode == 0
