"""sudoers files: one that is wrong takes sudo away from everybody (sudoers(5))."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.lint.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lint.finding import Image
    from voidgen.tree import File

TOP = "/etc/sudoers"

_WORD = r"(?:\"[^\"]*\"|(?:\\.|[^\\\s,:=!()\"])+)"
_LIST = rf"!*{_WORD}(?:\s*,\s*!*{_WORD})*"
_RUNAS = rf"\(\s*(?:{_LIST})?\s*(?::\s*(?:{_LIST})?)?\s*\)"
_OPTION = r"(?:ROLE|TYPE|CWD|CHROOT|TIMEOUT|NOTBEFORE|NOTAFTER)\s*=\s*\S+\s+"
_TAG = r"(?:(?:NO)?(?:EXEC|FOLLOW|LOG_INPUT|LOG_OUTPUT|MAIL|INTERCEPT|PASSWD|SETENV))\s*:\s*"
_ARGUMENTS = r"(?:\"[^\"]*\"|\\.|[^\\,:=\"])*"
_COMMAND = rf"!*\s*(?:(?:sudoedit|list)\b{_ARGUMENTS}|[A-Z][A-Z0-9_]*|[/^]{_ARGUMENTS})"
_SPEC = rf"(?:{_RUNAS}\s*)?(?:{_OPTION})*(?:{_TAG})*{_COMMAND}\s*"
_HOST = rf"{_LIST}\s*=\s*{_SPEC}(?:,\s*{_SPEC})*"
_ALIAS = r"(?:User|Runas|Host|Cmnd|Cmd)_Alias"
_LINES = re.compile(
    r"@include(?:dir)?\s+\S.*"
    r"|Defaults(?:[@:!>]\s*\S+)?\s+\S.*"
    rf"|{_ALIAS}\s+[A-Z][A-Z0-9_]*\s*=\s*\S.*"
    rf"|(?!{_ALIAS}\b|Defaults\b){_LIST}\s+{_HOST}(?::\s*{_HOST})*"
)


def syntax(image: Image) -> Iterator[Finding]:
    """Lines, mode and name of each sudoers file, by the grammar of sudoers(5)."""
    for path, node in image.files("/etc"):
        if path != TOP and not path.startswith(f"{TOP}.d/"):
            continue
        name = path.rpartition("/")[2]
        if path != TOP and ("." in name or name.endswith("~")):
            yield Finding(path, "sudo skips files with . or ~ in their names", "rename it")
        if node.mode & 0o022 or (node.owner, node.group) != ("root", "root"):
            remedy = 'write mode = "0440" in [files], and leave the owner root:root'
            what = (
                f"sudo refuses a file of mode {node.mode:04o} and owner {node.owner}:{node.group}"
            )
            yield Finding(path, what, remedy)
        for number, line in _logical(node):
            if not _LINES.fullmatch(line):
                yield Finding(path, f"no line of sudoers: {line!r}", "see sudoers(5)", number)


def _logical(node: File) -> Iterator[tuple[int, str]]:
    """Lines with their continuations, without comments and blank ones."""
    number, whole = 0, ""
    for count, line in enumerate(node.data.decode(errors="replace").split("\n"), 1):
        number = number or count
        if line.endswith("\\"):
            whole += line[:-1] + " "
            continue
        # `#` begins a comment but where a user id follows it; `#include` is an old @include.
        text = re.sub(r"(?<!\\)#(?!\d|include).*", "", whole + line).strip()
        text = re.sub(r"^#include", "@include", text)
        if text:
            yield number, text
        number, whole = 0, ""
