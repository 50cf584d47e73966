"""Warnings about a [hooks] script."""

from __future__ import annotations

from pathlib import Path

import pytest

from voidgen.lint import hook

FILE = Path("scripts/finish.sh")


def said(script: str) -> list[tuple[int | None, str]]:
    return [(one.line, one.what) for one in hook.warnings(FILE, script.encode())]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("xbps-install -y vim", "has no network"),
        ("true && wget http://example.org/x", "has no network"),
        ("useradd -r mine", "adds an account"),
        ("echo root:x | chpasswd", "sets a password, which mklive's initramfs or an installer "),
        ("usermod -p x live", "sets a password, which mklive's initramfs or an installer "),
        ("ln -s /etc/sv/sshd /etc/runit/runsvdir/default/", "enables a service"),
        ("ln -s /etc/sv/sshd /var/service", "enables a service"),
        ("echo x > /etc/motd", "writes a file"),
        ("  cat <<E >/etc/motd", "writes a file"),
        ("if true; then cp /usr/share/x /etc/x; fi", "writes a file"),
    ],
)
def test_what_a_module_says_better_is_a_warning(line: str, what: str) -> None:
    ((number, found),) = said(f"#!/bin/sh\n# echo x > /etc/y\n{line}\n{line}\n")
    assert number == 3
    assert found.startswith(what)


@pytest.mark.parametrize(
    "script",
    [
        "#!/bin/sh\nsed -i s/a/b/ /etc/x\nrm /etc/y\nfc-cache -s\ncat /etc/motd\n",
        "#!/usr/bin/python3\nwget = 1\nuseradd = 2\n",
        "#!/bin/sh\n",
    ],
)
def test_other_commands_are_not(script: str) -> None:
    assert said(script) == []
