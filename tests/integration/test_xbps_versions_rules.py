"""voidgen's rules for names and versions, compared with the real XBPS."""

import os
import random
import subprocess
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from tests.locks.void import PROGRAMS
from tests.support.versions import lines, made_up, xbps_table, xbps_versions

from voidgen.xbps import version as xbps_version

PARTS = [
    *"019._aZ-+~é", "alpha", "BETA", "pre", "rc", "pl", "pl1", "_1", "_12", "2147483647",
    "2147483648", "4294967297", "20230101123456",
]  # fmt: skip

COMPARE = """
while IFS= read -r left && IFS= read -r right; do
    "$0" -- cmpver "$left" "$right"
    echo $?
done
"""

pytestmark = pytest.mark.xbps


@pytest.fixture(scope="module")
def uhelper() -> Path:
    """The path of xbps-uhelper."""
    return Path(os.environ[PROGRAMS]).absolute() / "xbps-uhelper"


def real_orders(uhelper: Path, pairs: Iterable[Sequence[str]]) -> list[int]:
    asked = "".join(f"{left}\n{right}\n" for left, right in pairs)
    done = subprocess.run(
        ["sh", "-c", COMPARE, uhelper], input=asked, capture_output=True, text=True, check=True
    )
    return [{"255": -1}.get(status, int(status)) for status in done.stdout.split()]


def real_parts(uhelper: Path, verb: str, pkgvers: Sequence[str]) -> list[str]:
    """Return what xbps-uhelper prints for the names that it accepts."""
    done = subprocess.run(
        [uhelper, "--", verb, *pkgvers], capture_output=True, text=True, check=False
    )
    return done.stdout.splitlines()


def taken(pkgver: str) -> bool:
    try:
        xbps_version.split(pkgver)
    except ValueError:
        return False
    return True


def test_the_table_of_orders_agrees_with_xbps(uhelper: Path) -> None:
    rows = xbps_table()
    assert [order for *_, order in rows] == real_orders(uhelper, [pair for *pair, _ in rows])


@pytest.mark.slow
def test_versions_are_ordered_as_in_xbps(uhelper: Path) -> None:
    chance = random.Random(2)
    versions = xbps_versions()
    pairs = [
        *pairwise(["", *versions]),
        *pairwise(chance.sample(versions, len(versions))),
        *pairwise(["-", "", *made_up(chance, PARTS, 2000)]),
    ]
    said = real_orders(uhelper, pairs)
    found = [(pair, xbps_version.compare(*pair)) for pair in pairs]
    assert found == list(zip(pairs, said, strict=True))


def test_names_are_split_as_in_xbps(uhelper: Path) -> None:
    chance = random.Random(3)
    invented = [f"a-{text}" for text in made_up(chance, [*"01_-aé.", "_1"], 3000)]
    pkgvers = [*lines("xbps_pkgvers.txt"), "", "-1_1", "1_1", "a", *invented]
    found = [xbps_version.split(pkgver) for pkgver in pkgvers if taken(pkgver)]
    assert [name for name, _ in found] == real_parts(uhelper, "getpkgname", pkgvers)
    assert [version for _, version in found] == real_parts(uhelper, "getpkgversion", pkgvers)
    assert len(pkgvers) - len(found) > 0
