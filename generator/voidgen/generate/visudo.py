"""Checking an overlay's sudoers files with this machine's visudo, if it has one."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen import lint
from voidgen.errors import Fault
from voidgen.lint.finding import line_of_source
from voidgen.lint.sudoers import TOP
from voidgen.system import process
from voidgen.tree import File

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.overlay.paths import Entry
    from voidgen.project import Project

_INCLUDE = re.compile(rb"^[ \t]*[@#]include.*", re.MULTILINE)
_WRONG = re.compile(r"[^:\s]*stdin:(\d+)(?::\d+)?: (.+)")


def warnings(project: Project) -> Iterator[Fault]:
    """Yield a warning for each sudoers file that this machine's visudo refuses.

    It is not a fault: the image may have another release of sudo, which checks the files when the
    ISO is made.
    """
    switched_off = lint.allowed(project.plan.resolution)
    for entry in project.plan.resolution.entries:
        if entry.path != TOP and not entry.path.startswith(f"{TOP}.d/"):
            continue
        node = project.overlay[entry.path]
        if (entry.path, "sudoers") in switched_off:
            continue
        if isinstance(node, File) and shutil.which("visudo"):
            yield from _refusal(entry, node.data)


def _refusal(entry: Entry, data: bytes) -> Iterator[Fault]:
    # Without includes: visudo would read files of this machine.
    text = _INCLUDE.sub(b"", data)
    done = process.ask(["visudo", "-cf", "-"], cwd=Path("/"), stdin=text, check=False)
    found = _WRONG.search(done.stderr.decode(errors="replace"))
    if done.status and found:
        line = line_of_source(entry, int(found[1]))
        remedy = "see sudoers(5); the image's own sudo checks the file when the ISO is made"
        what = f"this machine's visudo refuses it: {found[2]}"
        yield Fault(what, entry.file, entry.key, line, remedy)
