"""Links of an overlay: targets stay unchanged, and paths below Void's links are refused."""

import json
import os
from pathlib import Path

import pytest
from tests.support.program import voidgen, write

from voidgen import project
from voidgen.errors import WrongInputError
from voidgen.iso import differences, listing
from voidgen.iso.root_tree import RootEntry, RootTree
from voidgen.iso.wanted import Wanted
from voidgen.tree import Link

TARGETS = ["./a", "a/", "a//b", "../x/./y", "/a//b/", "."]


def make(folder: Path, module: str, arch: str = "x86_64") -> None:
    config = f'[image]\nname = "x"\narch = "{arch}"\n[overlay]\nmodules = ["mine"]\n'
    write(folder, {"voidgen.toml": config})
    write(folder, {"overlay-src/mine/module.toml": f'summary = "mine"\n{module}'})


@pytest.mark.parametrize("target", TARGETS)
def test_link_targets_are_emitted_unchanged(repository: Path, target: str) -> None:
    make(repository, f'[links]\n"/opt/listed" = "{target}"\n')
    folder = repository / "overlay-src/mine/files/opt"
    folder.mkdir(parents=True)
    os.symlink(target, folder / "given")  # noqa: PTH211
    nodes = project.load(repository).overlay
    assert [nodes[f"/opt/{name}"] for name in ("listed", "given")] == 2 * [Link(target)]
    assert voidgen("generate", cwd=repository).status == 0
    entries = json.loads((repository / "image/manifest.json").read_text())["include"]
    assert [entry["target"] for entry in entries if "target" in entry] == 2 * [target]


@pytest.mark.parametrize("target", TARGETS)
def test_an_isos_link_targets_are_compared_unchanged(tmp_path: Path, target: str) -> None:
    os.symlink(target, tmp_path / "x")  # noqa: PTH211
    entry = Wanted("/x", "symlink", target=target)
    tree = RootTree({"/x": RootEntry("symlink", 0o777, (0, 0), 1, target)}, {}, {}, {})
    assert list(differences.overlay(listing.entries([entry], tmp_path), tree)) == []


@pytest.mark.parametrize(
    ("arch", "path", "remedy"),
    [
        ("x86_64", "/lib32/x", "put it at /usr/lib32/x"),
        ("i686", "/lib32/x", "put it at /usr/lib/x"),
        ("i686", "/usr/lib32/x", "put it at /usr/lib/x"),
        ("i686", "/lib64/x", ""),
        ("x86_64-musl", "/lib32/x", ""),
        ("x86_64-musl", "/lib64/x", "put it at /usr/lib/x"),
        ("aarch64", "/usr/lib64", "put it at /usr/lib"),
        ("x86_64", "/usr/lib32/x", ""),
        ("x86_64", "/var/lock/x", "make /run/lock/x at boot, in a part of /etc/runit/live-setup.d"),
        ("x86_64", "/var/service/x", 'enable a service by services = ["x"] in module.toml'),
        ("x86_64", "/var/service", 'enable a service by services = ["NAME"] in module.toml'),
        ("x86_64", "/var/service/x/run", "put it at /etc/sv/x/run"),
        ("x86_64", "/etc/runit/runsvdir/current", ""),
        ("x86_64", "/var/spool/mail", ""),
        ("x86_64", "/var/services/x", ""),
    ],
)
def test_paths_at_or_below_links_of_void_are_refused(
    tmp_path: Path, arch: str, path: str, remedy: str
) -> None:
    make(tmp_path, f'[links]\n"{path}" = "somewhere"\n', arch)
    if not remedy:
        project.load(tmp_path)
        return
    with pytest.raises(WrongInputError) as caught:
        project.load(tmp_path)
    (fault,) = caught.value.faults
    assert fault.what.endswith("is a symbolic link on Void")
    assert fault.remedy == remedy
