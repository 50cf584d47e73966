"""Files that have a run bit but are not programs, and programs without a run bit."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

from voidgen.lint.finding import Finding
from voidgen.lint.scripts import RUN, STARTS
from voidgen.tree import File

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lint.finding import LintedImage

_SOURCED = re.compile(
    r"/etc/(?:profile\.d|bash/bashrc\.d|runit/core-services)/.+"
    r"|/etc/(?:profile|bashrc|bash/bashrc|rc\.conf|zsh/[^/]+)"
    r"|/etc/sv/[^/]+/conf"
    r"|(?:/etc/skel|/root|/home/[^/]+)/\.(?:bash|z)[^/]+|.+/\.profile"
)
"""Scripts that a shell sources: it ignores their run bits."""
_DATA = re.compile(
    r".+\.(?:svgz?|png|jpe?g|webp|gif|ico|desktop|conf|cfg|ini|css|json|toml|ya?ml|xml|md|txt"
    r"|rules|list|theme|ttf|otf|woff2?|pdf|zip|tar|gz|xz|zst)",
    re.IGNORECASE,
)
"""Names of files that nothing runs."""
_ON_A_DESKTOP = re.compile(r".+/Desktop/[^/]+\.desktop")
"""Launchers on a desktop: desktops trust them if they have a run bit."""
_OTHER_PROGRAMS = (b"MZ", b"PK\x03\x04", b"\xca\xfe\xba\xbe")
"""The first bytes of programs that binfmt_misc can make the kernel run."""


_LIBRARY = re.compile(r".+\.so(?:\.[0-9.]+)?")
"""Names of shared libraries; some of these ELF files are programs, too."""
_EXECUTABLE, _SHARED, _INTERPRETER = 2, 3, 3
"""ET_EXEC, ET_DYN and PT_INTERP of elf(5)."""


def wrong(image: LintedImage) -> Iterator[Finding]:
    """Find run bits that are wrong, and those that are missing."""
    yield from stray(image)
    yield from missing(image)


def missing(image: LintedImage) -> Iterator[Finding]:
    """Find ELF programs without a run bit, except at the paths that `scripts` checks."""
    remedy = "run `chmod +x` and `git update-index --chmod=+x` on it, or set its mode in [files]"
    for entry in image.resolution.entries:
        node = image.nodes.get(entry.path)
        if not isinstance(node, File) or node.executable or entry.ownership.mode:
            continue
        if RUN.fullmatch(entry.path) or _LIBRARY.fullmatch(entry.path):
            continue
        if is_program(node.data):
            yield Finding(entry.path, "is a program, but has no run bit", remedy, doubtful=True)


def is_program(data: bytes) -> bool:
    """Return whether ``data`` is an ELF file that the kernel can start (elf(5))."""
    if not data.startswith(b"\x7fELF"):
        return False
    try:
        is_wide, order = data[4] == 2, "<" if data[5] == 1 else ">"  # noqa: PLR2004
        (kind,) = struct.unpack_from(f"{order}H", data, 16)
        (start,) = struct.unpack_from(
            f"{order}{'Q' if is_wide else 'I'}", data, 32 if is_wide else 28
        )
        size, count = struct.unpack_from(f"{order}HH", data, 54 if is_wide else 42)
        types = [
            struct.unpack_from(f"{order}I", data, start + size * index)[0] for index in range(count)
        ]
    except (struct.error, IndexError):
        return False
    return kind == _EXECUTABLE or (kind == _SHARED and _INTERPRETER in types)


def stray(image: LintedImage) -> Iterator[Finding]:
    """Find files with a run bit that are not programs, such as copies from a USB stick."""
    remedy = (
        "run `chmod -x` and `git update-index --chmod=-x` on it, or set its mode in [files] of "
        "module.toml"
    )
    for entry in image.resolution.entries:
        node = image.nodes.get(entry.path)
        if not entry.source or not entry.source.executable or entry.ownership.mode:
            continue
        if isinstance(node, File) and _is_stray(entry.path, node.data):
            yield Finding(entry.path, "has a run bit, but is not a program", remedy, doubtful=True)


def _is_stray(path: str, data: bytes) -> bool:
    if _ON_A_DESKTOP.fullmatch(path):
        return False
    if _SOURCED.fullmatch(path) or _DATA.fullmatch(path):
        return True
    return not data.startswith((*STARTS, *_OTHER_PROGRAMS))
