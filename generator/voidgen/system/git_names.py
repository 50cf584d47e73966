"""File names that git reads or refuses, and how voidgen escapes them in image/. Pure."""

from __future__ import annotations

import re

ATTRIBUTES = ".gitattributes"
LINE = "* -text !eol !ident !filter !working-tree-encoding !export-subst !export-ignore"
"""Makes git leave all files alone: ``-text`` also wins over core.autocrlf and core.eol."""
CONTENT = f"# git leaves every file as it is: an image has the same bytes in each clone.\n{LINE}\n"
ESCAPE = "@"
_READ_BY_GIT = re.compile(rf"{ESCAPE}*(?:\.git|git~)", re.IGNORECASE)
"""How a name begins that git reads or refuses (gitattributes(5), gitignore(5), gitmodules(5);
git-config(1), "core.protectNTFS"), with the escapes that it may have already."""


def emitted(path: str) -> str:
    """Return where ``path`` of the image lies below image/include/.

    Each name in it that git would read gets one `ESCAPE` more, so that git takes it for data. No
    two paths share a result: a name that looks escaped gets an `ESCAPE` more, too.
    """
    if "git" not in path.lower():
        return path
    return "/".join(
        f"{ESCAPE}{name}" if _READ_BY_GIT.match(name) else name for name in path.split("/")
    )
