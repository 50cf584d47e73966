"""`voidgen generate` as a user runs it, but in this process; and what it left."""

import io
import os
import subprocess
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

from attrs import frozen

from voidgen import cli
from voidgen.tree import File

Left = Mapping[str, tuple[int, bytes]]
"""Mode and bytes by path."""


CONSTANT = {
    "image/nix/default.nix": File(b"{ }\n"),
    "image/nix/tool.sh": File(b"#!/bin/sh\n", 0o755),
}


@frozen
class Ran:
    """How voidgen ended and what it said."""

    status: int
    stdout: str
    stderr: str


def generate(folder: Path, *options: str) -> Ran:
    """Run ``voidgen generate``; an exception that is a bug comes through."""
    argv = ["voidgen", "--debug", "-C", str(folder), "generate", *options]
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    status = 0
    with (
        mock.patch("sys.argv", argv),
        # Few files of its own, and no modules: these tests are not about what voidgen brings.
        mock.patch("voidgen.data.bundled_files.catalogue", return_value=folder / "overlay-src"),
        mock.patch("voidgen.data.bundled_files.constant", return_value=CONSTANT),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            cli.main()
        except SystemExit as end:
            status = int(end.code or 0)
    said = []
    for stream in (out, err):
        stream.seek(0)
        said.append(stream.read())
    return Ran(status, *said)


def repository(folder: Path) -> Path:
    """A new git repository."""
    subprocess.run(["git", "init", "--quiet", "--template=", folder], check=True)
    return folder


def emitted(folder: Path) -> Left:
    """All that voidgen may have written in a project."""
    files = [folder / ".gitattributes", folder / "flake.nix", *walk(folder / "image")]
    return {
        file.relative_to(folder).as_posix(): (file.stat().st_mode & 0o7777, file.read_bytes())
        for file in files
        if file.exists()
    }


def walk(top: Path) -> list[Path]:
    """All files below ``top``."""
    return sorted(Path(folder, name) for folder, _, names in os.walk(top) for name in names)


def folders(top: Path) -> set[str]:
    """All folders from ``top`` on, from where it lies."""
    return {Path(folder).relative_to(top.parent).as_posix() for folder, _, _ in os.walk(top)}


def known(folder: Path) -> set[str]:
    """The files that git knows, which are those that a flake sees."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=folder, capture_output=True, check=True)
    return {os.fsdecode(name) for name in done.stdout.split(b"\0") if name}
