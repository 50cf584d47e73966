"""Where two trees differ, and what the likely cause is."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voidgen.compare import content, trees


@given(st.binary(), st.binary(), st.binary())
def test_offset_is_the_first_different_byte(start: bytes, one: bytes, other: bytes) -> None:
    old, new = start + one, start + other
    if old == new:
        return
    place = content.offset(old, new)
    assert old[:place] == new[:place]
    assert old[place : place + 1] != new[place : place + 1]
    content.describe(old, new)


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        (b"built 2026-01-02", b"built 2026-01-03", "a time"),
        (b"at 12:00:01 sharp", b"at 12:00:02 sharp", "a time"),
        (b"mtime=1767225600;", b"mtime=1767225700;", "a time"),
        (b"Jan 1", b"Feb 1", "a time"),
        (b"a\nb\nc\n", b"b\na\nc\n", "the same lines in another order"),
        (b"x: b a c", b"x: a c b", "the same words in another order"),
        (b"in /build/one/x", b"in /build/two/x", "the folder of the build"),
        (b"1.2.3", b"1.2.4", ""),
        (b"", b"x", ""),
        (b"\x00\x01", b"\x00\x02", ""),
    ],
)
def test_likely_causes(old: bytes, new: bytes, cause: str) -> None:
    assert content.likely(old, new, content.offset(old, new)) == cause
    assert content.likely(new, old, content.offset(old, new)) == cause


def test_large_files_are_compared_in_pieces(tmp_path: Path) -> None:
    for name, last in (("one", b"x"), ("two", b"y")):
        with (tmp_path / name).open("wb") as stream:
            stream.truncate(trees.LARGEST + 1)
            stream.seek(trees.LARGEST)
            stream.write(last)
    (line,) = trees.differences(tmp_path / "one", tmp_path / "two")
    assert line == f"/: byte {trees.LARGEST:,}"


def test_differences_lists_every_kind_of_difference(tmp_path: Path) -> None:
    for name in ("one", "two"):
        folder = tmp_path / name
        for path in ("same", "deep/file", "deep/mode", "kind", "time"):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text("same")
            os.utime(folder / path, (1, 1))
        (folder / "link").symlink_to(name)
        (folder / f"only {name}").touch()
    two = tmp_path / "two"
    (two / "deep/file").write_text("some")
    (two / "deep/mode").chmod(0o600)
    (two / "kind").unlink()
    (two / "kind").mkdir()
    os.utime(two / "time", (2, 2))
    expected = [
        "/deep/file: byte 1: 'same' and 'some'",
        "/deep/mode: mode 0644 and 0600",
        "/kind: a file and a folder",
        "/link: leads to one and to two",
        "/only one: only in the first",
        "/only two: only in the second",
    ]
    for folder in (tmp_path / "one", two):
        (folder / "deep/file").chmod(0o644)
    assert [*trees.differences(tmp_path / "one", two)] == expected
    timed = [*trees.differences(tmp_path / "one", two, times=True)]
    assert "/time: time 1 and 2" in timed
    assert [*trees.differences(two, two, times=True)] == []
