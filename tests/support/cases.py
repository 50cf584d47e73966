"""Read test cases of one file each: a project, a command, and what the command must print.

The format is that of Go's txtar: lines of text, then files, each below a line ``-- NAME --``. The
text says how the case runs; the last part is what is expected::

    # A remark.
    base hello
    $ chmod 600 voidgen.toml
    $ voidgen generate --check
    -- packages/default.nix --
    _: { }
    -- >> voidgen.toml --
    keymap = "de"
    -- stderr, exit status 2 --
    voidgen.toml:3: image.keymap: ...

``base`` names a file of the same format; the case has its files, too. ``>>`` appends to one of
them. Each ``$`` line is a shell command that runs in the project; the last one is what is tested.
In its place, ``call MODULE.FUNCTION`` names Python code. What text cannot hold, such as links or
bytes that are not UTF-8, is made by a ``$`` line.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

FILE = re.compile(r"^-- (>> )?(.+) --\n", re.MULTILINE)
EXPECTED = "-- stderr, exit status "


@frozen
class Case:
    given: str
    """The text before what is expected, as it is written."""
    expected: str
    files: Mapping[str, str]
    steps: tuple[str, ...]
    """The ``$`` and ``call`` lines."""


def parse(text: str, bases: Path) -> Case:
    """Read a case, whose ``base NAME`` is the file ``NAME.txt`` in ``bases``."""
    given, marker, said = text.partition(EXPECTED)
    head, *parts = FILE.split(given)
    steps = [line for line in head.splitlines() if not line.startswith("#")]
    files: dict[str, str] = {}
    if steps and steps[0].startswith("base "):
        base = bases / f"{steps.pop(0).removeprefix('base ')}.txt"
        files |= parse(base.read_text(), bases).files
    for append, name, content in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        files[name] = files[name] + content if append else content
    return Case(given, marker + said, files, tuple(steps))
