"""Windows' line endings, where a program stumbles over them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.lint.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lint.finding import Image

_SOURCED = re.compile(
    r"/etc/(?:profile|rc\.conf|profile\.d/[^/]+\.sh|bash/bashrc\.d/[^/]+\.sh|sv/[^/]+/conf"
    r"|runit/(?:core-services|shutdown\.d)/[^/]+\.sh|environment|hostname)"
)
"""Files that a shell reads in, or that are a value to the end of their line."""


def carriage_returns(image: Image) -> Iterator[Finding]:
    """A script whose ``#!`` names a program that ends in a carriage return; or a sourced file."""
    for path, node in image.files(""):
        end = node.data.find(b"\n")
        if node.data.startswith(b"#!") and end > 0 and node.data[end - 1 : end] == b"\r":
            what = "its first line ends in CRLF: Linux looks for a program with that in its name"
        elif b"\r\n" in node.data and _SOURCED.fullmatch(path):
            what = "its lines end in CRLF: a carriage return becomes a part of each value"
        else:
            continue
        number = node.data[: node.data.index(b"\r\n")].count(b"\n") + 1
        yield Finding(path, what, "write it with LF alone (`sed -i 's/\\r$//' FILE`)", number)
