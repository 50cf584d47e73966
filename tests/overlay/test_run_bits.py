"""Run bits: git's, shebangs, modes by patterns, and stray ones."""

import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.program import voidgen, write

from voidgen import project
from voidgen.data import bundled_files
from voidgen.errors import Fault
from voidgen.lint import run_bits
from voidgen.overlay import catalogue, patterns
from voidgen.tree import File

FILES = "overlay-src/mine/files"
ELF = b"\x7fELF\x02\x01\x01"
CONFIG = '[image]\nname = "x"\n[overlay]\nmodules = ["mine"]\n'


def make(
    folder: Path, files: dict[str, bytes], module: str = "", runs: tuple[str, ...] = ()
) -> None:
    write(folder, {f"{FILES}{path}": data for path, data in files.items()})
    write(folder, {"overlay-src/mine/module.toml": f'summary = "mine"\n{module}'})
    write(folder, {"voidgen.toml": CONFIG})
    for path in runs:
        (folder / f"{FILES}{path}").chmod(0o755)


def mode(folder: Path, path: str) -> int:
    node = project.load(folder).overlay[path]
    assert isinstance(node, File)
    return node.mode


def warnings(folder: Path) -> list[Fault]:
    return [one for one in project.load(folder).warnings if "(run-bit)" in one.what]


def git(folder: Path, *words: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=x", "-c", "user.email=x@y", *words], cwd=folder, check=True
    )


def test_the_image_has_gits_run_bit(repository: Path) -> None:
    make(repository, {"/opt/tool/run": ELF, "/opt/tool/lib.so": ELF}, runs=("/opt/tool/run",))
    assert mode(repository, "/opt/tool/run") == 0o755
    assert mode(repository, "/opt/tool/lib.so") == 0o644
    assert voidgen("generate", cwd=repository).err == ""
    assert os.access(repository / "image/include/opt/tool/run", os.X_OK)
    listed = json.loads((repository / "image/manifest.json").read_text())["include"]
    (entry,) = (one for one in listed if one["path"] == "/opt/tool/run")
    assert (entry["mode"], entry["owner"]) == ("0755", "root")


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o027, 0o077])
def test_modes_do_not_depend_on_the_checkouts_umask(
    repository: Path, tmp_path: Path, umask: int
) -> None:
    make(repository, {"/opt/run": ELF, "/opt/data": b"x"}, runs=("/opt/run",))
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message=x")
    before = os.umask(umask)
    try:
        git(repository, "clone", "--quiet", str(repository), str(tmp_path / "clone"))
    finally:
        os.umask(before)
    assert mode(tmp_path / "clone", "/opt/run") == 0o755
    assert mode(tmp_path / "clone", "/opt/data") == 0o644


def test_gits_index_decides_if_the_disk_has_no_run_bits(repository: Path) -> None:
    make(repository, {"/opt/a": ELF, "/opt/b": ELF, "/opt/c.j2": b"x"}, runs=("/opt/a", "/opt/b"))
    git(repository, "add", "--all")
    git(repository, "update-index", "--chmod=-x", f"{FILES}/opt/b")
    git(repository, "update-index", "--chmod=+x", f"{FILES}/opt/c.j2")
    assert mode(repository, "/opt/b") == 0o755
    git(repository, "config", "core.fileMode", "false")
    modes = [mode(repository, path) for path in ("/opt/a", "/opt/b", "/opt/c")]
    assert modes == [0o755, 0o644, 0o755]


def test_gits_index_decides_for_a_project_in_a_subfolder(repository: Path) -> None:
    folder = repository / "images" / "one"
    make(folder, {"/opt/a": ELF})
    git(repository, "add", "--all")
    git(repository, "update-index", "--chmod=+x", f"images/one/{FILES}/opt/a")
    git(repository, "config", "core.fileMode", "false")
    assert mode(folder, "/opt/a") == 0o755


def test_outside_of_a_repository_the_disk_decides(tmp_path: Path) -> None:
    make(tmp_path, {"/opt/a": ELF, "/opt/b": ELF, "/opt/c": b"#!/bin/sh\n"}, runs=("/opt/a",))
    assert [mode(tmp_path, f"/opt/{name}") for name in "abc"] == [0o755, 0o644, 0o755]


def elf(kind: int, order: str, width: int, types: tuple[int, ...]) -> bytes:
    """Return an ELF file of 32 (``width`` 1) or 64 bits with program headers of ``types``."""
    start, place, address, size = (64, 32, "Q", 56) if width == 2 else (52, 28, "I", 32)
    head = bytearray(start)
    head[:6] = b"\x7fELF" + bytes([width, 1 if order == "<" else 2])
    struct.pack_into(f"{order}H", head, 16, kind)
    struct.pack_into(f"{order}{address}", head, place, start)
    struct.pack_into(f"{order}HH", head, 54 if width == 2 else 42, size, len(types))
    rows = (struct.pack(f"{order}I", one).ljust(size, b"\0") for one in types)
    return bytes(head) + b"".join(rows)


STRAY = {
    "/etc/profile.d/x.sh": b"#!/bin/sh\n",
    "/usr/share/icons/x.svg": b"<svg/>",
    "/usr/share/applications/x.desktop": b"[Desktop Entry]\n",
    "/etc/x.conf": b"x\n",
    "/opt/script": b"echo x\n",
    "/root/.bashrc": b"#!/bin/bash\n",
    "/etc/sv/x/conf": b"A=1\n",
}
RIGHT = {
    "/opt/a.sh": b"#!/bin/sh\n",
    "/opt/b": ELF,
    "/opt/c.exe": b"MZ\x90",
    "/etc/skel/Desktop/x.desktop": b"[Desktop Entry]\n",
    "/opt/d.j2": b"#!{{ '/bin/sh' }}\n",
}


@pytest.mark.parametrize("path", STRAY)
def test_a_stray_run_bit_gives_a_warning(tmp_path: Path, path: str) -> None:
    make(tmp_path, {path: STRAY[path]}, runs=(path,))
    (one,) = warnings(tmp_path)
    assert one.what == "has a run bit, but is not a program (run-bit)"
    assert one.file == tmp_path / f"{FILES}{path}"
    assert mode(tmp_path, path) == 0o755
    make(tmp_path, {}, f'[files]\n"{path}" = {{ mode = "0644" }}\n')
    assert warnings(tmp_path) == []
    make(tmp_path, {}, f'[allow]\n"{path}" = ["run-bit"]\n')
    assert warnings(tmp_path) == []
    make(tmp_path, {})
    (tmp_path / f"{FILES}{path}").chmod(0o644)
    assert warnings(tmp_path) == []


def test_correct_run_bits_pass(tmp_path: Path) -> None:
    make(tmp_path, RIGHT, runs=tuple(RIGHT))
    assert warnings(tmp_path) == []


def test_a_program_without_a_run_bit_gives_a_warning(tmp_path: Path) -> None:
    program = Path(sys.executable).read_bytes()
    make(tmp_path, {"/opt/a": program, "/opt/lib.so.1": program, "/opt/b": program[:60]})
    make(
        tmp_path, {"/opt/c": program, "/opt/d": program}, '[files]\n"/opt/c" = { mode = "0600" }\n'
    )
    (tmp_path / f"{FILES}/opt/d").chmod(0o755)
    found = warnings(tmp_path)
    assert [one.what for one in found] == ["is a program, but has no run bit (run-bit)"]
    assert found[0].file == tmp_path / f"{FILES}/opt/a"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", False),
        (b"\x7fELF", False),
        (b"#!/bin/sh\n", False),
        (elf(2, ">", 1, ()), True),
        (elf(3, "<", 2, (1, 3)), True),
        (elf(3, ">", 1, (6, 3)), True),
        (elf(3, "<", 2, (1, 2)), False),
        (elf(1, "<", 2, ()), False),
        (elf(3, "<", 2, (1, 3))[:70], False),
    ],
)
def test_programs_are_recognised_by_their_elf_headers(data: bytes, expected: bool) -> None:
    assert run_bits.is_program(data) == expected


def test_built_in_files_do_not_depend_on_their_run_bits() -> None:
    for module in catalogue.load([bundled_files.catalogue()]).values():
        for source in module.sources:
            assert not source.executable or source.file.read_bytes().startswith(b"#!")


@pytest.mark.parametrize(
    ("pattern", "path", "is_match"),
    [
        ("/opt/tool/**", "/opt/tool/a", True),
        ("/opt/tool/**", "/opt/tool/a/b/c", True),
        ("/opt/tool/**", "/opt/tool", False),
        ("/opt/tool/**", "/opt/tools/a", False),
        ("/opt/*", "/opt/a", True),
        ("/opt/*", "/opt/a/b", False),
        ("/opt/**/x", "/opt/x", True),
        ("/opt/**/x", "/opt/a/b/x", True),
        ("/opt/**/x", "/opt/ax", False),
        ("/opt/**.sh", "/opt/a/b.sh", True),
        ("/opt/?.sh", "/opt/a.sh", True),
        ("/opt/?.sh", "/opt/ab.sh", False),
        ("/opt/[a]*", "/opt/[a]b", True),
        ("/opt/a.b", "/opt/axb", False),
        ("/opt/*", "/opt/a\nb", True),
    ],
)
def test_patterns(pattern: str, path: str, is_match: bool) -> None:
    assert patterns.matches(pattern, path) == is_match


def test_the_most_specific_pattern_wins(tmp_path: Path) -> None:
    names = ["/opt/a", "/opt/bin/a/b", "/opt/bin/b", "/opt/bin/c", "/opt/*"]
    module = """[files]
"/opt/**" = { mode = "0640", owner = "root:wheel" }
"/opt/bin/*" = { mode = "0755" }
"/opt/bin/c" = { mode = "0700" }
"/opt/*" = { mode = "0444" }
"""
    make(tmp_path, dict.fromkeys(names, b"x"), module)
    nodes = project.load(tmp_path).overlay
    found = [(node.mode, node.group) for name in names if isinstance(node := nodes[name], File)]
    assert found == [
        (0o444, "root"),
        (0o640, "wheel"),
        (0o755, "root"),
        (0o700, "root"),
        (0o444, "root"),
    ]
