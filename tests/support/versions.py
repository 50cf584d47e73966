"""Names and versions to try the rules on: real ones from the files beside this, and awkward
ones by hand.
"""

import random
from collections.abc import Sequence
from pathlib import Path

from voidgen.nix import version as nix_version
from voidgen.xbps import version as xbps_version


def lines(name: str) -> list[str]:
    """The lines of a file beside this one, but for its first, which says what it has."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()[1:]


AWKWARD_NAMES = (
    "",
    "-",
    "--",
    "-1",
    "-a",
    "a-",
    "a--",
    "a--1",
    "a-1-",
    "a-1-b-2",
    "a-b-1",
    "a-B-1",
    "a-Z1",
    "a-_1",
    "a-+",
    "a-?",
    "a-=1",
    "a-.b",
    "a- b",
    "a-\n1",
    "a\n-1",
    "a-é",
    "é-1",
    "a-\u017f-1",
    "a-\u0661",
    "a-\U0001f40d",
    "1",
    "1-2-3",
    "915resolution-0.5.2",
    "xf86-video-i810-1.7.4",
    "name-that-ends-with-dash--1.0",
    "font-bh-100dpi-1.0.3",
    "nixos-system-nixos-20.09.4407.1c1f5649bb9",
    "python3.8-requests-2.24.0",
    "perl5.32.0-Test-Most-0.37",
    "glibc-2.31-74-bin",
    "gcc-9.3.0-lib",
    "linux-5.4.72-modules",
    "source",
    "unit-dbus.service",
    "2h-exploit-2020-01-01.patch",
)

AWKWARD_VERSIONS = (
    "",
    ".",
    "-",
    "0",
    "00",
    "1",
    "01",
    "1.",
    "1.0",
    "1-0",
    "1..0",
    "1.00",
    "1.0.0",
    "1a",
    "1.a",
    "1a1",
    "1.1",
    "1.10",
    "1.9",
    "pre",
    "PRE",
    "prea",
    "prepre",
    "pre1",
    "1pre",
    "1pre0",
    "1pre1",
    "1pre12",
    "1.pre",
    "1.pre.1",
    "1-pre",
    "1rc1",
    "1-rc1",
    "1alpha",
    "1beta",
    "1p1",
    "1pl1",
    "1+git",
    "1_1",
    "1_",
    "_",
    "~",
    "1~rc1",
    "1 1",
    "1\n1",
    "a",
    "A",
    "b",
    "aa",
    "é",
    "1é1",
    "\uffff",
    "\U0001f40d",
    "\u0661",
    "unstable-2020-01-01",
    "2020-01-01",
    "20200101",
    "2147483647",
    "2147483648",
    "002147483647",
    "2147483648a",
    "3000000000",
    "9999999999",
    "20230101123456",
    "99999999999999999999",
    "1.20230101123456",
    "0" * 100 + "5",
    "9" * 100,
    "1.pre20230101123456",
)


def nix_names() -> list[str]:
    return [*AWKWARD_NAMES, *lines("nix_names.txt")]


def nix_versions() -> list[str]:
    """The versions in `nix_names`, sorted as text: those of equal beginnings are neighbours."""
    return sorted({nix_version.split(name)[1] for name in nix_names()})


def xbps_versions() -> list[str]:
    """The versions in the list of Void's packages, sorted as text."""
    return sorted({xbps_version.split(pkgver)[1] for pkgver in lines("xbps_pkgvers.txt")})


def xbps_table() -> list[tuple[str, str, int]]:
    """Pairs of versions, and -1, 0 or 1 as XBPS compares them."""
    rows = [line.split(" ") for line in lines("xbps_versions.txt")]
    return [(left, right, "<=>".index(order) - 1) for left, order, right in rows]


def made_up(chance: random.Random, parts: Sequence[str], count: int) -> list[str]:
    """Text put together from ``parts`` by chance."""
    return ["".join(chance.choices(parts, k=chance.randrange(1, 7))) for _ in range(count)]
