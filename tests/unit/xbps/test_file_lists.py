"""The services and programs of a package, by its own list of files."""

from __future__ import annotations

import plistlib
from typing import TYPE_CHECKING

import pytest
from tests.stand_in.xbps import archive
from tests.support.lock import lock, package

from voidgen.errors import StepFailedError
from voidgen.xbps import file_lists
from voidgen.xbps.types import Program, Service

if TYPE_CHECKING:
    from pathlib import Path


def _xbps(
    folder: Path, name: str, *files: str, links: tuple[str, ...] = (), alternatives: object = None
) -> Path:
    listed = {
        "files": [{"file": one, "sha256": "00", "size": 1} for one in files],
        "links": [{"file": one, "target": "/x"} for one in links],
        "dirs": [{"file": "/etc/sv"}],
    }
    file = folder / f"{name}.xbps"
    file.write_bytes(
        archive(
            {
                "./INSTALL": b"#!/bin/sh\n",
                "./props.plist": plistlib.dumps(
                    {"pkgver": name, **({"alternatives": alternatives} if alternatives else {})}
                ),
                "./files.plist": plistlib.dumps(listed),
                "./etc/sv/other/run": b"not listed",
            }
        )
    )
    return file


def test_services_are_folders_with_a_run_and_links(tmp_path: Path) -> None:
    file = _xbps(
        tmp_path,
        "openssh-9_1",
        *("/etc/sv/sshd/run", "/etc/sv/sshd/log/run", "/usr/bin/sshd", "/etc/sv/conf"),
        links=("/etc/sv/linked", "/etc/sv/by-link/run", "/etc/sv/sshd/supervise"),
    )
    assert file_lists.read(file).services == {"sshd", "linked", "by-link"}


def test_links_in_the_runlevel_enable_services(tmp_path: Path) -> None:
    runlevel = "/etc/runit/runsvdir"
    links = (f"{runlevel}/default/a", f"{runlevel}/single/b", "/etc/sv/a/supervise")
    assert file_lists.read(_xbps(tmp_path, "x-1_1", links=links)).enabled == {"a"}


def test_paths_are_files_links_and_alternatives(tmp_path: Path) -> None:
    alternatives = {"sh": ["sh:/usr/bin/dash", "/usr/share/man/sh.1:dash.1", "../lib/x:/usr/bin/x"]}
    file = _xbps(
        tmp_path, "x-1_1", "/usr/bin/dash", links=("/usr/bin/d",), alternatives=alternatives
    )
    assert file_lists.read(file).paths == {
        *("/usr/bin/dash", "/usr/bin/d", "/usr/bin/sh", "/usr/share/man/sh.1", "/usr/lib/x")
    }


def test_only_the_image_s_packages_count(tmp_path: Path) -> None:
    ours, tool = package("a-1_1"), package("b-1_1")
    tool = type(tool)(tool.pkgver, tool.arch, tool.repository, tool.hash, 1, ("void-host",))
    paths = {
        one.file: _xbps(tmp_path, one.name, f"/etc/sv/{one.name}/run", f"/usr/bin/{one.name}")
        for one in (ours, tool)
    }
    locked = lock([ours, tool]).xbps
    assert locked
    found = file_lists.with_contents(locked, paths, ["/usr/bin/b", "/usr/bin/a"])
    assert found.services == (Service("a", "a"),)
    assert found.enabled == ()
    assert found.programs == (Program("/usr/bin/a", "a"), Program("/usr/bin/b", None))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"not compressed", "of no known compression"),
        (archive({"./props.plist": b"", "./usr/bin/x": b"", "./files.plist": b""}), "no files"),
        (archive({"./files.plist": b"<"}), "not a property list"),
        (archive({"./files.plist": plistlib.dumps({"files": 3})}), "expected a list"),
        (archive({"./files.plist": b"x" * 4096})[:-30], ""),
    ],
)
def test_what_is_no_package(data: bytes, why: str, tmp_path: Path) -> None:
    file = tmp_path / "x.xbps"
    file.write_bytes(data)
    with pytest.raises(StepFailedError, match=f"is not a package of XBPS .*{why}") as caught:
        file_lists.read(file)
    assert caught.value.remedy


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(StepFailedError, match="No such file"):
        file_lists.read(tmp_path / "missing")
