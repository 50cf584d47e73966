"""Names, versions and outputs of store paths as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voidgen.diff import versions
from voidgen.nix import version as nix_version


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("1.9", "1.10"),
        ("1.0", "1.0.0"),
        ("1.17.0-rc1", "1.17.0"),
        ("1.0rc1", "1.0rc2"),
        ("1.0.0-alpha", "1.0.0-beta"),
        ("1.0.0-beta", "1.0.0"),
        ("4.0.0b2", "4.0.0b10"),
        ("1.0a1", "1.0"),
        ("1.0.dev3", "1.0a1"),
        ("1.0pre3", "1.0"),
        # Behind the release.
        ("1.1.1", "1.1.1a"),
        ("1.1.1a", "1.1.1w"),
        ("9.6", "9.6p1"),
        ("1.0", "1.0.post1"),
        ("1.0", "1.0-unstable-2024-01-01"),
        ("0-unstable-2024-01-02", "0-unstable-2024-01-10"),
        ("1.0", "1.0-a1b2c3d"),
        ("2024-01-01.abcdef0", "2024-01-02.0123abc"),
        ("1" * 5000, "2" * 5000),
    ],
)
def test_order(older: str, newer: str) -> None:
    assert versions.compare(older, newer) == -1
    assert versions.compare(newer, older) == 1
    assert versions.sort_key(older) < versions.sort_key(newer)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0.11.1-946aa34", "0.11.1-3564204"),
        ("946aa34", "b" + "0" * 39),
        ("1.0+git.a1b2c3d4", "1.0+git.b1b2c3d"),
    ],
)
def test_commits_have_no_order(one: str, other: str) -> None:
    assert versions.compare(one, other) is None
    assert versions.compare(other, one) is None


TEXT = st.text("019.-+_abrcpev", max_size=12)


@given(TEXT, TEXT)
def test_the_order_is_one(one: str, other: str) -> None:
    there, back = versions.compare(one, other), versions.compare(other, one)
    assert there == (None if back is None else -back)
    if there:
        assert (versions.sort_key(one) < versions.sort_key(other)) == (there < 0)
    assert versions.compare(one, one) == 0


@given(st.lists(st.integers(0, 99), min_size=1), st.lists(st.integers(0, 99), min_size=1))
def test_numbers_are_ordered_as_by_nix(one: list[int], other: list[int]) -> None:
    left, right = (".".join(map(str, numbers)) for numbers in (one, other))
    assert versions.compare(left, right) == nix_version.compare(left, right)


@pytest.mark.parametrize(
    ("store_name", "name", "version", "output"),
    [
        ("zlib-1.3", "zlib", "1.3", "out"),
        ("zlib-1.3-dev", "zlib", "1.3", "dev"),
        ("gcc-13.2.0-libgcc", "gcc", "13.2.0", "libgcc"),
        ("util-linux-2.39.3-login", "util-linux", "2.39.3", "login"),
        ("glibc-2.39-31-getent", "glibc", "2.39-31", "getent"),
        ("mesa-24.0-drivers", "mesa", "24.0", "drivers"),
        ("ffmpeg-6.1-data", "ffmpeg", "6.1", "data"),
        ("python3.12-foo-1.0", "python3.12-foo", "1.0", "out"),
        ("foo-1.4.2.drv", "foo", "1.4.2", "drv"),
        ("unit-modprobe-.service", "unit-modprobe-.service", "", "out"),
        ("x-pod-a1b2c3d", "x-pod", "a1b2c3d", "out"),
        ("x-pod-0123456789abcdfghijklmnpqrsvwxyz", "x-pod", "0123456789abcdfghijklmnpqrsvwxyz",
         "out"),
        ("x-defaced", "x-defaced", "", "out"),
        ("login", "login", "", "out"),
        ("x-login", "x-login", "", "out"),
        ("-1", "", "1", "out"),
        ("", "", "", "out"),
    ],
)  # fmt: skip
def test_names(store_name: str, name: str, version: str, output: str) -> None:
    assert versions.named(store_name) == (name, version, output)
    assert versions.package(store_name) == name


def test_the_derivation_names_the_output() -> None:
    assert versions.named("x-1-odd", "x-1.drv") == ("x", "1", "odd")
    assert versions.named("x-1-bin", "x-1-bin.drv") == ("x", "1-bin", "out")
    # A download may have any name.
    assert versions.named("x-1.tar.gz", "source.drv") == ("x", "1.tar.gz", "out")


@given(st.text(), st.text(), st.text())
def test_any_name(store_name: str, derivation: str, version: str) -> None:
    versions.package(store_name)
    assert versions.named(store_name, derivation, version).output
