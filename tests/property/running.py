"""Run `voidgen generate` in this process, and read what it has written."""

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
    """voidgen's exit status and output."""

    status: int
    stdout: str
    stderr: str


def generate(folder: Path, *options: str) -> Ran:
    """Run ``voidgen generate``; exceptions that are bugs are raised."""
    argv = ["voidgen", "--debug", "-C", str(folder), "generate", *options]
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    status = 0
    with (
        mock.patch("sys.argv", argv),
        # Without voidgen's own modules and most of its files, which these tests do not need.
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
    """Make a git repository in ``folder``."""
    subprocess.run(["git", "init", "--quiet", "--template=", folder], check=True)
    return folder


def emitted(folder: Path) -> Left:
    """Return mode and bytes of all files that voidgen may have written in a project."""
    files = [folder / ".gitattributes", folder / "flake.nix", *walk(folder / "image")]
    return {
        file.relative_to(folder).as_posix(): (file.stat().st_mode & 0o7777, file.read_bytes())
        for file in files
        if file.exists()
    }


def walk(top: Path) -> list[Path]:
    """Return all files below ``top``."""
    return sorted(Path(folder, name) for folder, _, names in os.walk(top) for name in names)


def folders(top: Path) -> set[str]:
    """Return ``top`` and all folders below it, relative to its parent."""
    return {Path(folder).relative_to(top.parent).as_posix() for folder, _, _ in os.walk(top)}


def known(folder: Path) -> set[str]:
    """Return the files that git tracks, which are those that a flake sees."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=folder, capture_output=True, check=True)
    return {os.fsdecode(name) for name in done.stdout.split(b"\0") if name}
