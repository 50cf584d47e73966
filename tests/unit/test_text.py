import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voidgen.config import rules
from voidgen.text import human_size, parse_size

UNITS = {
    "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12,
    "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40,
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("1 KiB", 1024),
        ("1KiB", 1024),
        ("1 kB", 1000),
        ("700 MiB", 734_003_200),
        ("700 MB", 700_000_000),
        ("4.7 GB", 4_700_000_000),
        ("4 GiB", 1 << 32),
        ("2 TiB", 1 << 41),
        ("1 TB", 10**12),
        ("0.1 kB", 100),
        ("1.0009 kB", 1000),
        ("010 MB", 10_000_000),
        ("999999999.999999999 TiB", 1099511627775999998900),
    ],
)
def test_parse(text: str, count: int) -> None:
    assert rules.BYTE_SIZE.check(text) == text
    assert parse_size(text) == count


@given(st.from_regex(rules.BYTE_SIZE.pattern, fullmatch=True))
def test_every_size_that_the_rule_accepts_is_parsed(text: str) -> None:
    parts = re.fullmatch("([0-9.]+) ?(.*)", text)
    assert parts
    assert parse_size(text) == int(Decimal(parts[1]) * UNITS[parts[2]])


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 KiB"),
        (1 << 20, "1.0 MiB"),
        (734_003_200, "700.0 MiB"),
        (5 << 30, "5.0 GiB"),
        (1 << 50, "1024.0 TiB"),
    ],
)
def test_show(count: int, text: str) -> None:
    assert human_size(count) == text
