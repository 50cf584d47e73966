"""The command line, run in this process: a fresh interpreter for each test takes too long."""

import io
import sys
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

from attrs import frozen

from voidgen.cli import main


@frozen
class Ran:
    status: int
    out: str
    err: str


def voidgen(*words: str, cwd: Path) -> Ran:
    """``voidgen WORDS`` in ``cwd``, as from a shell."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
    status: object = 0
    with (
        chdir(cwd),
        mock.patch.object(sys, "argv", ["voidgen", *words]),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            status = end.code
    assert isinstance(status, int)
    return Ran(status, _text(out), _text(err))


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write ``files`` below ``folder``."""
    for name, data in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data.encode() if isinstance(data, str) else data)


def found(folder: Path) -> dict[str, bytes | str | None]:
    """All below ``folder`` but git's own: bytes of files, targets of links, None for folders."""
    return {
        str(path.relative_to(folder)): str(path.readlink())
        if path.is_symlink()
        else path.read_bytes()
        if path.is_file()
        else None
        for path in folder.rglob("*")
        if ".git" not in path.parts
    }


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    data = stream.buffer
    assert isinstance(data, io.BytesIO)
    return data.getvalue().decode()
