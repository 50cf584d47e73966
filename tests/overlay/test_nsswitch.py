"""mDNS in nsswitch.conf (docs/contributing/live-system-tests.md, 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.overlay.conftest import shells

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.overlay.conftest import MakeRoot, Root

PART = "/etc/runit/live-setup.d/50-nsswitch"
CONF = "/etc/nsswitch.conf"

LINES = {
    "files dns": "files dns",
    "files mdns dns": "files dns",
    "files mdns4_minimal [NOTFOUND=return] dns": "files dns",
    "files mdns4_minimal [NOTFOUND=return] dns mdns4": "files dns",
    "files mdns_minimal dns mdns6_minimal mdns6": "files dns",
    "files mdns4_minimal [NOTFOUND=return UNAVAIL=continue] [!SUCCESS=return] dns": "files dns",
    "files mdns4_minimal[NOTFOUND=return] dns": "files dns",
    "files dns mdns [ NOTFOUND=return ]": "files dns",
    "files resolve [!UNAVAIL=return] mdns4 [NOTFOUND=return] dns": (
        "files resolve [!UNAVAIL=return] dns"
    ),
    "mdns files [NOTFOUND=continue] dns": "files [NOTFOUND=continue] dns",
    "files myhostname\tmdns4_minimal\t[NOTFOUND=return]\tdns": "files myhostname\tdns",
    "  mymachines   mdns   files   dns  ": "  mymachines   files   dns  ",
    "mdns files dns # mdns [NOTFOUND=return]: off": "files dns # mdns [NOTFOUND=return]: off",
    "files dns mdns # hosts: mdns": "files dns # hosts: mdns",
    "files dns mdns#off": "files dns#off",
    "files mdns dns\r": "files dns\r",
    "files dns mdns\r": "files dns\r",
    "files mdnsd xmdns mdns5 dns": "files mdnsd xmdns mdns5 dns",
}
"""The value of a hosts line, and what is left of it."""

ALONE = {
    "hosts: mdns4": "hosts: files dns",
    "hosts:mdns": "hosts: files dns",
    "hosts:\tmdns [NOTFOUND=return] mdns6 # alone": "hosts: files dns # alone",
    " hosts: mdns": " hosts: files dns",
}
"""Lines that would have no service left."""


@shells
@pytest.mark.parametrize("blanks", [" ", "\t\t", ""])
def test_only_mdns_and_its_actions_are_removed(
    make_root: MakeRoot, shell: tuple[str, ...], blanks: str
) -> None:
    root = make_root("nsswitch-no-mdns")
    lines = {f"hosts:{blanks}{before}": f"hosts:{blanks}{after}" for before, after in LINES.items()}
    check(root, shell, lines)


@shells
def test_a_line_with_only_mdns_is_kept(make_root: MakeRoot, shell: tuple[str, ...]) -> None:
    check(make_root("nsswitch-no-mdns"), shell, ALONE)


def check(root: Root, shell: tuple[str, ...], lines: Mapping[str, str]) -> None:
    """Assert the result for a file with all ``lines``, also when the part runs twice."""
    other = "# hosts: mdns\npasswd: files\nethers: files mdns"
    conf = root.path(CONF)
    conf.write_text("\n".join((other, *lines, other)), newline="")
    conf.chmod(0o640)
    expected = "\n".join((other, *lines.values(), other))
    for _ in range(2):
        root.run(*shell, PART)
        assert conf.read_bytes().decode() == expected
        assert conf.stat().st_mode & 0o777 == 0o640
    assert not list(conf.parent.glob("*.next"))


@shells
@pytest.mark.parametrize("text", [None, "", "passwd: files\n", "hosts: files dns"])
def test_a_file_without_mdns_is_not_changed(
    make_root: MakeRoot, shell: tuple[str, ...], text: str | None
) -> None:
    root = make_root("nsswitch-no-mdns")
    conf = root.path(CONF)
    conf.unlink()
    if text is not None:
        conf.write_text(text)
    root.run(*shell, PART)
    assert (conf.read_text() if conf.exists() else None) == text


def test_glibc_does_not_load_mdns_afterwards(make_root: MakeRoot) -> None:
    root = make_root("nsswitch-no-mdns")
    root.write(CONF, "hosts: files mdns4_minimal [NOTFOUND=return] mdns4\n")
    root.write("/etc/hosts", "192.0.2.7 seven\n")
    argv = ("getent", "hosts", "six.local")
    asked = root.run(*argv, env={"LD_DEBUG": "libs"}, check=False).stderr
    assert "libnss_mdns4_minimal.so.2" in asked
    root.run(PART)
    asked = root.run(*argv, env={"LD_DEBUG": "libs"}, check=False).stderr
    assert "libc.so.6" in asked
    assert "libnss_mdns" not in asked
    assert root.run("getent", "hosts", "seven").stdout.split() == ["192.0.2.7", "seven"]


@shells
@pytest.mark.parametrize("library", [True, False])
@pytest.mark.parametrize("service", [True, False])
def test_mdns_stays_if_avahi_and_its_library_are_installed(
    make_root: MakeRoot, shell: tuple[str, ...], service: bool, library: bool
) -> None:
    root = make_root("nsswitch-no-mdns")
    root.write(CONF, "hosts: files mdns dns\n")
    if service:
        root.path("/etc/sv/avahi-daemon").mkdir(parents=True)
        root.path("/etc/runit/runsvdir/default").mkdir(parents=True)
        root.path("/etc/runit/runsvdir/default/avahi-daemon").symlink_to("/etc/sv/avahi-daemon")
    if library:
        root.write("/usr/lib/libnss_mdns.so.2", "")
    root.run(*shell, PART)
    works = service and library
    assert root.path(CONF).read_text() == f"hosts: files {'mdns ' if works else ''}dns\n"
