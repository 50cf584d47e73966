"""Nix's and XBPS's rules for names and versions. tests/integration compares with the real ones."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.versions import nix_names, nix_versions, xbps_table, xbps_versions

from voidgen.nix import version as nix_version
from voidgen.xbps import version as xbps_version

Compare = Callable[[str, str], int]

HASH = "0123456789abcdfghijklmnpqrsvwxyz"
PARTS = [
    "alpha", "beta", "pre", "rc", "pl", "PL", "pr", ".", "-", "_", "+", "~", "a", "b", "Z", "é",
    "0", "1", "01", "9", "10", "2147483648", "20230101123456",
]  # fmt: skip

texts = st.lists(st.sampled_from(PARTS), max_size=6).map("".join) | st.text(max_size=12)
few = [part for part in PARTS if len(part) < 10]
small = st.lists(st.sampled_from(few), max_size=4).map("".join)
"""Versions whose numbers, written side by side at worst, fit 31 bits."""


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("hello-2.10", ("hello", "2.10")),
        ("hello", ("hello", "")),
        ("", ("", "")),
        ("-", ("-", "")),
        ("a-", ("a-", "")),
        ("-1", ("", "1")),
        ("a--1", ("a", "-1")),
        ("apache-httpd-2.0.48", ("apache-httpd", "2.0.48")),
        ("name-that-ends-with-dash--1.0", ("name-that-ends-with-dash", "-1.0")),
        ("915resolution-0.5.2", ("915resolution", "0.5.2")),
        ("font-bh-100dpi-1.0.3", ("font-bh", "100dpi-1.0.3")),
        ("glibc-2.31-74-bin", ("glibc", "2.31-74-bin")),
        ("hello-unstable-2020-01-01", ("hello-unstable", "2020-01-01")),
        ("hello-v1.0", ("hello-v1.0", "")),
        ("a-_1", ("a", "_1")),
        ("a-é", ("a", "é")),
        ("a-\n", ("a", "\n")),
    ],
)
def test_nix_names(name: str, parts: tuple[str, str]) -> None:
    assert nix_version.split(name) == parts


@given(texts)
def test_joining_the_parts_gives_the_nix_name(name: str) -> None:
    first, version = nix_version.split(name)
    assert name == (f"{first}-{version}" if version else first)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1.0", "2.3"),
        ("2.3", "2.3.1"),
        ("2.3a", "2.3.1"),
        ("2.3pre1", "2.3"),
        ("2.3pre3", "2.3pre12"),
        ("2.3pre1", "2.3c"),
        ("2.3a", "2.3c"),
        ("2.3", "2.3rc1"),
        ("1.9", "1.10"),
        ("", "1"),
        ("pre", ""),
        ("", "a"),
        ("A", "a"),
        ("1", "1.0"),
        ("unstable-2020-01-01", "2020-01-01"),
        ("2147483648", "2147483647"),
        ("20230101123456", "4"),
        ("20230101123456", "3000000000"),
        ("\uffff", "\U0001f40d"),
    ],
)
def test_nix_versions_are_ordered(old: str, new: str) -> None:
    assert nix_version.compare(old, new) == -1
    assert nix_version.compare(new, old) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("", "."),
        ("1", "1."),
        ("1.0", "1-0"),
        ("1.0", "1..0"),
        ("1", "01"),
        ("1a", "1.a"),
        ("1pre1", "1.pre-1"),
        ("1", "0" * 5000 + "1"),
    ],
)
def test_equal_versions_of_nix(one: str, other: str) -> None:
    assert nix_version.compare(one, other) == nix_version.compare(other, one) == 0


@pytest.mark.parametrize("store", ["/nix/store/", "/", "", "/a b\n/store/", f"/{HASH}-x/"])
@pytest.mark.parametrize("name", ["hello-2.10", "source", "-", "a=b?c+d_e.drv", f"{HASH}-x"])
def test_names_of_store_paths(store: str, name: str) -> None:
    assert nix_version.store_name(f"{store}{HASH}-{name}") == name


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/nix/store",
        HASH,
        f"{HASH}-",
        f"{HASH[1:]}-a",
        f"0{HASH}-a",
        f"{HASH}a",
        f"e{HASH[1:]}-a",
        f"{HASH.upper()}-a",
        f"/nix/store/{HASH}-a/",
        f"/nix/store/{HASH}-a/bin/a",
    ],
)
def test_other_paths_are_not_store_paths(path: str) -> None:
    with pytest.raises(ValueError, match="is not a store path"):
        nix_version.store_name(path)


@pytest.mark.parametrize(
    ("pkgver", "parts"),
    [
        ("htop-3.4.0_1", ("htop", "3.4.0_1")),
        ("python3-3.13.1_12", ("python3", "3.13.1_12")),
        ("font-misc-misc-1.1.2_7", ("font-misc-misc", "1.1.2_7")),
        ("perl-Digest-1.17_01_1", ("perl-Digest", "1.17_01_1")),
        ("vapoursynth-R32_1", ("vapoursynth", "R32_1")),
        ("x_y-1_1", ("x_y", "1_1")),
        ("a-1__", ("a", "1__")),
        ("-1_1", ("", "1_1")),
        ("a--1_1", ("a-", "1_1")),
        ("é-é1é_1", ("é", "é1é_1")),
        ("a\n-\n1_1", ("a\n", "\n1_1")),
    ],
)
def test_names_of_xbps(pkgver: str, parts: tuple[str, str]) -> None:
    assert xbps_version.split(pkgver) == parts


@pytest.mark.parametrize(
    "pkgver",
    ["", "-", "a", "a-1", "a-1_", "a_1", "1_1", "a-_1", "a-x_1", "a-1_a", "a-1_1a", "a-1_1_a",
     "a-1_1-x", "a-x_1_1", "a-\u0661_1", "a-1_\u0661", "a-1_1\n"],
)  # fmt: skip
def test_names_that_xbps_refuses_are_refused(pkgver: str) -> None:
    with pytest.raises(ValueError, match="is not NAME-VERSION_REVISION"):
        xbps_version.split(pkgver)


def test_xbps_versions_are_ordered_as_in_the_table() -> None:
    rows = xbps_table()
    assert [(*pair, xbps_version.compare(*pair)) for *pair, _ in rows] == rows


def test_versions_of_xbps_that_are_empty_or_very_long() -> None:
    assert xbps_version.compare("", "0") == xbps_version.compare("", "-") == 0
    assert xbps_version.compare("", "alpha") == 1
    assert xbps_version.compare("0" * 5000 + "1", "1") == 0


@pytest.mark.parametrize(
    "text",
    ["-" * 50_000, "1" * 50_000, "a-" * 25_000, "_" * 50_000, "a-" + "1" * 50_000,
     "1." * 25_000, "pr" * 25_000, "1_" * 25_000, f"{HASH}-" * 1500],
)  # fmt: skip
def test_very_long_text_is_handled(text: str) -> None:
    assert nix_version.compare(text, text + "2") == -nix_version.compare(text + "2", text)
    assert abs(xbps_version.compare(text, text + "x9")) <= 1
    assert text.startswith(nix_version.split(text)[0])
    with pytest.raises(ValueError, match="is not NAME-VERSION_REVISION"):
        xbps_version.split(text + "x")
    with pytest.raises(ValueError, match="is not a store path"):
        nix_version.store_name(text + "/")


@given(texts, texts)
def test_comparing_nix_versions_is_antisymmetric(one: str, other: str) -> None:
    assert nix_version.compare(one, other) == -nix_version.compare(other, one)


@given(small, small)
def test_comparing_xbps_versions_is_antisymmetric(one: str, other: str) -> None:
    assert xbps_version.compare(one, other) == -xbps_version.compare(other, one)


def test_large_numbers_have_no_order_in_xbps() -> None:
    assert xbps_version.compare("0", "2147483648") == xbps_version.compare("2147483648", "0") == -1


def in_order(compare: Compare, versions: list[str]) -> bool:
    """Return whether the comparison of first and third follows from the other two."""
    first, second, third = versions
    if compare(first, second) > 0 or compare(second, third) > 0:
        return True
    equal = compare(first, second) == compare(second, third) == 0
    return compare(first, third) == (0 if equal else -1)


@given(st.lists(texts, min_size=3, max_size=3))
def test_comparing_nix_versions_is_transitive(versions: list[str]) -> None:
    assert in_order(nix_version.compare, versions)


@given(st.lists(small, min_size=3, max_size=3))
def test_comparing_xbps_versions_of_small_numbers_is_transitive(versions: list[str]) -> None:
    assert in_order(xbps_version.compare, versions)


@given(st.lists(texts))
def test_sorting_by_key_agrees_with_comparing(versions: list[str]) -> None:
    found = sorted(versions, key=nix_version.key)
    assert all(nix_version.compare(old, new) <= 0 for old, new in pairwise(found))


def test_the_lists_of_names_are_long() -> None:
    assert len(nix_names()) > 400
    assert len(nix_versions()) > 400
    assert len(xbps_versions()) > 100
