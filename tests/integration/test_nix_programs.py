"""`voidgen generate` asks the real Nix for the main programs of packages."""

from pathlib import Path

from tests.support.program import voidgen, write

MODULE = """\
summary = "A clock"
[options.clock]
type = "string"
default = "desk-clock"
help = "a clock"
runs = true
[options.other]
type = "string"
default = "other-clock"
help = "another clock"
runs = true
"""


def test_a_package_brings_its_main_program(warm: Path) -> None:
    write(warm, {"overlay-src/clock/module.toml": MODULE})
    assert voidgen("--quiet", "add", "module", "clock", cwd=warm).status == 0
    # The package of desk-clock is deskTools.clock.
    ran = voidgen("--quiet", "generate", cwd=warm)
    assert ran.status == 0
    assert "'other-clock'" in ran.err
    assert "'desk-clock'" not in ran.err
