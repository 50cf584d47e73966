"""What differs between a root tree and what it should have."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from tests.unit.iso.test_root_tree import KINDS

from voidgen.iso import differences, listing
from voidgen.iso.differences import STORE_TIMES, Difference
from voidgen.iso.root_tree import RootEntry, RootTree
from voidgen.iso.wanted import Wanted
from voidgen.system import sri
from voidgen.tree import PROFILE

AA, AB = sri.of_bytes(b"aa"), sri.of_bytes(b"ab")
GOOD = RootEntry("file", 0o644, (0, 80), 2)


def overlay_of(found: RootEntry | None, hash_: str | None = AA, **changed: Any) -> list[Difference]:
    """How a root tree with one path, whose content has this hash, differs from one entry."""
    entry = Wanted("/etc/a", "file", 0o644, "root", "80", hash=AA)._replace(**changed)
    entries = {"/etc/a": found} if found else {}
    tree = RootTree(entries, {"root": 0}, {}, {"/etc/a": hash_} if hash_ else {})
    return [*differences.overlay([entry], tree, PROFILE)]


def test_overlay_as_it_should_be() -> None:
    assert overlay_of(GOOD) == []
    # Nothing is known of its content.
    assert overlay_of(GOOD, None, hash=None) == []
    assert overlay_of(GOOD, AB, hash=None) == []
    link = RootEntry("symlink", 0o777, (0, 0), 1, "a")
    assert overlay_of(link, type="symlink", target="a", mode=None) == []
    # On the way to something else: the system's own.
    folder = RootEntry("directory", 0o700, (5, 5), 0)
    assert overlay_of(folder, type="directory", mode=None) == []


@pytest.mark.parametrize(
    ("found", "hash_", "said"),
    [
        (None, AA, "/etc/a is missing"),
        (RootEntry("symlink", 0o777, (0, 0), 2, "b"), AA,
         "/etc/a is a symlink, but should be a file"),
        (GOOD._replace(mode=0o4644), AA, "/etc/a is 4644 0:80, but should be 0644 0:80"),
        (GOOD._replace(owner=(0, 0)), AA, "/etc/a is 0644 0:0, but should be 0644 0:80"),
        (GOOD, AB, f"/etc/a has other content: its hash is {AB}, but should be {AA}"),
        (GOOD, None, "/etc/a cannot be read"),
    ],
)  # fmt: skip
def test_overlay_as_it_should_not_be(found: RootEntry | None, hash_: str | None, said: str) -> None:
    assert [*map(str, overlay_of(found, hash_))] == [said]


def test_an_owner_that_the_image_does_not_have() -> None:
    (one,) = overlay_of(GOOD, owner="nobody-s")
    assert one == Difference("/etc/a", "other", "0644 0:80", "0644 nobody-s:80")


@pytest.mark.parametrize(
    ("found", "target", "fits"),
    [
        ("b", "a", False),
        ("a", "a", True),
        (f"/nix/store/{'0' * 32}-profile/bin", f"{PROFILE}/bin", True),
        (f"/nix/store/{'0' * 32}-profile", PROFILE, True),
        (f"/nix/store/{'0' * 32}-profile/other/bin", f"{PROFILE}/bin", False),
        ("/tmp/bin", f"{PROFILE}/bin", False),
    ],
)
def test_targets(found: str, target: str, fits: bool) -> None:
    link = RootEntry("symlink", 0o777, (0, 0), 1, found)
    said = overlay_of(link, type="symlink", target=target, mode=None)
    assert said == ([] if fits else [Difference("/etc/a", "target", found, target)])


def test_store_paths_are_those_of_the_closure() -> None:
    paths = ["/nix/store/a", "/nix/store/b"]
    folder = RootEntry("directory", 0o555, (0, 0), 0)
    there = ("/nix/store/b", "/nix/store/b/bin", "/nix/store/c", "/nix/store/.links", "/etc")
    tree = RootTree(dict.fromkeys(there, folder), {}, {}, {})
    assert [*map(str, differences.closure(paths, tree))] == [
        "/nix/store/a is missing", "/nix/store/c is not in the closure"
    ]  # fmt: skip


def test_what_nix_built_of_an_overlay(tmp_path: Path) -> None:
    """The plan's hash counts; what it has no hash of has that of what Nix built."""
    (tmp_path / "etc/made").mkdir(parents=True)
    for name in ("planned", "unplanned", "made/file"):
        (tmp_path / "etc" / name).write_bytes(b"aa")
    (tmp_path / "etc/made/link").symlink_to("./file")
    (tmp_path / "etc/profile").symlink_to("/nix/store/x-profile")
    owned = (0o644, "root", "root")
    listed = [
        Wanted("/etc/planned", "file", *owned, hash=AB),
        Wanted("/etc/unplanned", "file", *owned),
        Wanted("/etc/profile", "symlink", target=PROFILE),
        Wanted("/etc/made", "directory", 0o755, "root", "root", made_by=True),
    ]
    found = {one.path: one.hash or one.target for one in listing.entries(listed, tmp_path)}
    assert found == {
        "/etc/planned": AB, "/etc/unplanned": AA, "/etc/profile": "/nix/store/x-profile",
        "/etc/made": None, "/etc/made/file": AA, "/etc/made/link": "./file",
    }  # fmt: skip


def listed(top: Path) -> dict[str, RootEntry]:
    """What a right squashfs would hold of a store path."""
    found = {}
    for path in (top, *top.rglob("*")):
        status = path.lstat()
        sign = stat.filemode(status.st_mode)[0]
        target = os.readlink(path) if sign == "l" else ""  # noqa: PTH115
        kind = KINDS[sign][0]
        mode = {"d": 0o555, "l": 0o777, "-": 0o444 | status.st_mode & 0o111}[sign]
        found[str(path)] = RootEntry(kind, mode, (0, 0), status.st_size, target, STORE_TIMES[1])
    return found


def of_store(top: Path, found: dict[str, RootEntry]) -> list[str]:
    return [*map(str, differences.store_files([str(top)], RootTree(found, {}, {}, {})))]


def test_files_of_the_closure_are_compared_with_the_store(tmp_path: Path) -> None:
    top = tmp_path / "hash-name"
    (top / "bin").mkdir(parents=True)
    (top / "bin" / "tool").write_text("tool")
    (top / "link").symlink_to("bin/tool")
    good = listed(top)
    assert of_store(top, good) == []
    # Sizes of folders are the file system's.
    folder = good[str(top)]
    assert of_store(top, {**good, str(top): folder._replace(size=7)}) == []
    # Modes and times of the machine's store do not count, those of the image do.
    (top / "bin" / "tool").chmod(0o644)
    assert of_store(top, good) == []
    (said,) = of_store(top, {**good, str(top): folder._replace(time="1970-01-01 00:00:00")})
    assert said == f"{top} has the time 1970-01-01 00:00:00, but should have 1970-01-01 00:00:01"
    tool = str(top / "bin" / "tool")
    assert of_store(top, {key: good[key] for key in good if key != tool}) == [f"{tool} is missing"]
    for other in (
        RootEntry("file", good[tool].mode, (1000, 0), 4),
        RootEntry("file", good[tool].mode, (0, 0), 5),
        RootEntry("file", 0o777, (0, 0), 4),
        RootEntry("symlink", good[tool].mode, (0, 0), 4, "x"),
    ):
        (said,) = of_store(top, {**good, tool: other})
        assert said.startswith(f"{tool} is ")
    link = RootEntry("symlink", 0o777, (0, 0), 8, "x")
    (said,) = of_store(top, {**good, str(top / "link"): link})
    assert said.startswith(f"{top / 'link'} is ")
    # A whole store path that is missing is found by `closure`.
    assert of_store(top, {}) == []


def test_what_a_pattern_should_have_removed() -> None:
    paths = ("/usr/share/doc", "/usr/share/doc/a", "/nix/share/doc/b", "/s/x/share/doc/c")
    tree = RootTree(dict.fromkeys(paths, GOOD), {}, {}, {})
    found = differences.left(["/none/*", "/**/doc/*"], ["/nix", "/s"], tree)
    assert [*map(str, found)] == [
        "/usr/share/doc/a is there, but [image] remove-files has the pattern /**/doc/*"
    ]
