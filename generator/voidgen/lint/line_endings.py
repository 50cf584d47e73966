"""Windows line endings in files that cannot have them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.lint.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lint.finding import LintedImage

_SOURCED = re.compile(
    r"/etc/(?:profile|rc\.conf|profile\.d/[^/]+\.sh|bash/bashrc\.d/[^/]+\.sh|sv/[^/]+/conf"
    r"|runit/(?:core-services|shutdown\.d)/[^/]+\.sh|environment|hostname)"
)
"""Files that a shell sources, or whose values reach to the end of the line."""


def carriage_returns(image: LintedImage) -> Iterator[Finding]:
    """Find scripts and sourced files whose lines end in CRLF."""
    for path, node in image.files(""):
        end = node.data.find(b"\n")
        if node.data.startswith(b"#!") and end > 0 and node.data[end - 1 : end] == b"\r":
            what = "its first line ends in CRLF: Linux takes the CR as part of the program's name"
        elif b"\r\n" in node.data and _SOURCED.fullmatch(path):
            what = "its lines end in CRLF: the CR becomes part of each value"
        else:
            continue
        number = node.data[: node.data.index(b"\r\n")].count(b"\n") + 1
        yield Finding(path, what, "end its lines with LF: `sed -i 's/\\r$//' FILE`", number)
