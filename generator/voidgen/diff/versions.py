"""Names, versions and outputs in the names of store paths, as people read them. Pure.

Nix's own rules (`nix/version.py`) decide what nixpkgs has. Where they surprise a reader of a diff,
these differ: a version begins with a digit, a release candidate is older than its release, and the
commits of a repository have no order.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

DRV = ".drv"
OUTPUTS = frozenset(
    (
        "bin", "cjs", "client", "data", "debug", "dev", "devdoc", "dist", "dnsutils", "doc",
        "drivers", "examples", "getent", "gui", "host", "hyphen", "info", "installedTests",
        "lastlog", "lib", "libgcc", "login", "man", "modules", "mount", "out", "pam", "plugins",
        "py", "python", "scripts", "sdl", "server", "src", "static", "su", "swap", "terminfo",
        "tests", "texdoc", "texsource", "tools", "udev", "utils", "vdpau", "xgamma",
    )
)  # fmt: skip
"""Outputs of packages in nixpkgs, for store paths whose derivation is not known."""

_VERSION = re.compile(r"-(?=[0-9])")
"""The dash before a version. Nix takes any character but a letter: `unit-dbus-.service`."""
_HASH_AT_END = re.compile(r"-(?=(?:[0-9a-f]{7,64}|[0-9a-df-np-sv-z]{32})$)(?=[a-z]*[0-9])")
"""The dash before a hash, in hex or in Nix's base 32, that begins with a letter."""

_WORD = re.compile(r"[0-9A-Za-z]+")
_PART = re.compile(r"[0-9]+|[A-Za-z]+")
_COMMIT = re.compile(r"(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{7,40}")
_DIGITS = re.compile(r"[0-9]{7,40}")

_PRE = {
    word: rank
    for rank, words in enumerate(
        (
            ("dev", "snapshot", "nightly"),
            ("alpha",),
            ("beta",),
            ("milestone", "pre", "preview", "rc"),
        )
    )
    for word in words
}
"""Words of versions that come before a release, in their order."""
_SHORT = {"a": _PRE["alpha"], "b": _PRE["beta"]}
"""`1.0a1` of Python (PEP 440); before a number only, since `1.1.1a` of OpenSSL is a later patch."""
_BEFORE, _END, _TEXT, _NUMBER = range(4)

_Part = tuple[int, int, str]


class Named(NamedTuple):
    """What the name of a store path says."""

    name: str
    version: str
    output: str


def package(store_name: str) -> str:
    """Return the name of the package, without version and output."""
    return _split(store_name.removesuffix(DRV))[0]


@lru_cache(maxsize=1 << 17)
def _split(name: str) -> tuple[str, str]:
    dash = _VERSION.search(name) or _HASH_AT_END.search(name)
    return (name[: dash.start()], name[dash.end() :]) if dash else (name, "")


def named(store_name: str, derivation: str = "", version: str = "") -> Named:
    """Return what ``store_name`` says.

    ``derivation`` is the store name of its derivation, and ``version`` is the one that the package
    declares; empty if they are not known. A derivation's outputs have its own name, with ``-`` and
    the output behind it, except ``out`` (Nix manual, "Derivations", `outputs`).
    """
    whole, dash, output = store_name, "", ""
    of_derivation = derivation.removesuffix(DRV)
    if store_name.endswith(DRV):
        whole, output = store_name.removesuffix(DRV), "drv"
    elif of_derivation and store_name.startswith(f"{of_derivation}-"):
        whole, output = of_derivation, store_name[len(of_derivation) + 1 :]
    elif store_name != of_derivation:
        rest, dash, last = store_name.rpartition("-")
        if dash and last in OUTPUTS and (_split(rest)[1] or rest.endswith(f"-{version}")):
            whole, output = rest, last
    name, found = _split(whole)
    if version and whole.endswith(f"-{version}"):
        name, found = whole[: -len(version) - 1], version
    return Named(name, found, output or "out")


def compare(left: str, right: str) -> int | None:
    """Return -1 if ``left`` is older, 1 if it is newer, 0 if neither is; None if nobody can tell.

    Commits have no order: that of ``0.11-946aa34`` and ``0.11-3564204`` is not known.
    """
    for one, other in zip(sort_key(left), sort_key(right), strict=False):
        if one != other:
            if _are_commits(one[2], other[2]):
                return None
            return -1 if one < other else 1
    return 0


@lru_cache(maxsize=1 << 16)
def sort_key(version: str) -> tuple[_Part, ...]:
    """Return a key that sorts as `compare` does, and commits by their digits.

    Words before a release come first, then the end, text by its characters, and numbers.
    """
    found: list[_Part] = []
    for word in _WORD.findall(version):
        if _COMMIT.fullmatch(word):
            found.append((_TEXT, 0, word))
            continue
        texts: list[str] = _PART.findall(word)
        found += (
            _part(text, is_before_number=following.isdigit())
            for text, following in zip_longest(texts, texts[1:], fillvalue="")
        )
    return (*found, (_END, 0, ""))


def _are_commits(one: str, other: str) -> bool:
    """Return whether both texts may be commits; digits alone may be, if the other one is."""
    known = [text for text in (one, other) if _COMMIT.fullmatch(text)]
    return bool(known) and all(text in known or _DIGITS.fullmatch(text) for text in (one, other))


def _part(text: str, *, is_before_number: bool) -> _Part:
    if text.isdigit():
        digits = text.lstrip("0")
        # As text, since int refuses very long numbers.
        return (_NUMBER, len(digits), digits)
    rank = _PRE.get(text.lower())
    if rank is None and is_before_number:
        rank = _SHORT.get(text.lower())
    return (_TEXT, 0, text) if rank is None else (_BEFORE, rank, "")
