"""What a [hooks] script does that voidgen.toml or a module says better."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SHELL = re.compile(r"#![ \t]*\S*/(?:env[ \t]+)?(?:sh|bash|dash|ash|ksh)\b")
_START = r"(?:^|[;&|(]|\bthen\b|\bdo\b)[ \t]*"
_WRITES = (
    r"(?:cat|echo|printf)\b.*>[ \t]*/etc/"
    r"|(?:tee|cp|install|mv)\b.*[ \t]/etc/\S+[ \t]*(?:[;&]|$)"
)
_BETTER: tuple[tuple[str, str, str], ...] = (
    (r"xbps-(?:install|remove)\b", "has no network", "write the packages into [xbps] packages"),
    (
        r"(?:useradd|adduser|groupadd|addgroup)\b",
        "adds an account",
        "declare it in [users] of a module: then its files can have it as their owner",
    ),
    (
        r"(?:passwd|chpasswd)\b|usermod\b.* -p\b",
        "sets a password, which mklive's initramfs or an installer replaces",
        "use [live] password",
    ),
    (
        r"ln\b.*[ /](?:etc/runit/runsvdir/|var/service\b)",
        "enables a service",
        "write it into [services] enable: voidgen checks that the service exists",
    ),
    (
        _WRITES,
        "writes a file",
        "put it into files/ of a module: voidgen then checks it, and `voidgen diff` shows it",
    ),
    (r"(?:curl|wget|git[ \t]+clone|nix)\b", "has no network", "put what it fetches into a module"),
)
"""A command, what is wrong with it, and what to do."""


def warnings(file: Path, script: bytes) -> Iterator[Fault]:
    """Yield a warning for the first line of ``script`` that has each kind of command."""
    text = script.decode(errors="replace")
    if not _SHELL.match(text):
        return
    lines = text.splitlines()
    for command, what, remedy in _BETTER:
        wanted = re.compile(_START + f"(?:{command})")
        numbers = (
            number
            for number, line in enumerate(lines, 1)
            if not line.lstrip().startswith("#") and wanted.search(line)
        )
        if number := next(numbers, None):
            yield Fault(what, file, line=number, remedy=remedy)
