"""The visudo of this machine, if it has one: what it says of an overlay's sudoers files."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen import lint
from voidgen.errors import Fault
from voidgen.lint.sudoers import TOP
from voidgen.system import process
from voidgen.tree import File

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.overlay.paths import Entry
    from voidgen.project import Project

_INCLUDE = re.compile(rb"^[ \t]*[@#]include.*", re.MULTILINE)
_WRONG = re.compile(r"[^:\s]*stdin:(\d+)(?::\d+)?: (.+)")


def warnings(image: Project) -> Iterator[Fault]:
    """Yield a warning for each sudoers file that this machine's visudo refuses.

    Its release is not the image's: the sudo of the image decides, when the ISO is made.
    """
    switched_off = lint.allowed(image.plan.resolution)
    for entry in image.plan.resolution.entries:
        if entry.path != TOP and not entry.path.startswith(f"{TOP}.d/"):
            continue
        node = image.overlay[entry.path]
        if (entry.path, "sudoers") in switched_off:
            continue
        if isinstance(node, File) and shutil.which("visudo"):
            yield from _asked(entry, node.data)


def _asked(entry: Entry, data: bytes) -> Iterator[Fault]:
    # What it includes would be files of this machine.
    text = _INCLUDE.sub(b"", data)
    done = process.ask(["visudo", "-cf", "-"], cwd=Path("/"), stdin=text, check=False)
    found = _WRONG.search(done.stderr.decode(errors="replace"))
    if done.status and found:
        known = entry.source is not None and not entry.source.template
        remedy = "see sudoers(5); the image's own sudo checks the file when the ISO is made"
        what = f"this machine's visudo refuses it: {found[2]}"
        yield Fault(what, entry.file, entry.key, int(found[1]) if known else None, remedy)
