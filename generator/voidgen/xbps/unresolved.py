"""Explaining why XBPS cannot resolve packages, with who asks for each of them. Pure."""

from __future__ import annotations

import errno
import re
from collections import deque
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import StepFailedError, did_you_mean
from voidgen.overlay.asker import USER, Asker
from voidgen.xbps import programs
from voidgen.xbps.types import IMAGE_ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from voidgen.xbps.programs import DryRun
    from voidgen.xbps.snapshot import Index
    from voidgen.xbps.transactions import Transaction

_BASE = "base-system"
_PURPOSES = {
    IMAGE_ROOT: "mklive, for the live system",
    "void-host": "mklive, for its own tools",
    "void-target": "mklive, for the boot loaders",
}
"""What each of mklive's roots is for."""

_BROKEN = "the repository is inconsistent now: try again later, or use another mirror"
_REMEDIES = {
    errno.ENOENT: (
        "correct each name in the place that asks for it, or add the repository that has it to "
        "[xbps] repositories in voidgen.toml"
    ),
    errno.ENODEV: _BROKEN,
    errno.ENOEXEC: _BROKEN,
    errno.EAGAIN: (
        "remove one of the two from [xbps] packages in voidgen.toml, or leave out the module that "
        "brings it"
    ),
}
"""What to do, by xbps-install's exit status (xbps, bin/xbps-install/transaction.c)."""

_SUMMARY = "Transaction aborted due to "
"""XBPS's last line, after all that it could not resolve."""
_MISSING = re.compile(r"MISSING: (\S+)")
_BROKEN_LIBRARY = re.compile(r"(\S+): broken, unresolvable shlib ")
_CONFLICT = re.compile(r"CONFLICT: (\S+) with (?:installed pkg )?(\S+)")
_NAME = re.compile(r"[^<>=*?\[]+")
"""The name at the beginning of a pattern."""


def check(
    runs: Iterable[tuple[Transaction, DryRun]],
    askers: Mapping[str, tuple[Asker, ...]],
    indexes: Iterable[Index],
) -> None:
    """Raise StepFailedError with all reasons if a transaction cannot be resolved.

    ``askers`` has, by package of the image, who asks for it; mklive asks for the others.
    """
    each, found = [*runs], tuple(indexes)
    failed = [one for one in each if one[1].absent or one[1].status]
    if not failed:
        return
    pools = {one.arch: _Pool.of(found, one.arch) for one, _ in failed}
    lines = [*_absent(failed, askers, pools)]
    for transaction, done in failed:
        lines += _said(transaction, done, askers, pools[transaction.arch])
    absent = [errno.ENOENT] if any(done.absent for _, done in failed) else []
    statuses = [*absent, *(done.status for _, done in failed if done.status)]
    known = dict.fromkeys(_REMEDIES[status] for status in statuses if status in _REMEDIES)
    what = f"XBPS cannot resolve the packages of {', '.join(one.name for one, _ in failed)}"
    remedy = "; ".join(known) or ("" if lines else programs.OTHER_XBPS)
    raise StepFailedError(what, remedy, "\n".join(dict.fromkeys(lines)))


@frozen
class _Pool:
    """The packages of an architecture by name, what each needs, and what each provides."""

    arch: str
    needs: Mapping[str, tuple[str, ...]]
    providers: Mapping[str, str]
    others: Mapping[str, str]
    """Architectures of packages that only other indexes have."""

    @classmethod
    def of(cls, indexes: Iterable[Index], arch: str) -> _Pool:
        needs: dict[str, tuple[str, ...]] = {}
        providers: dict[str, str] = {}
        others: dict[str, str] = {}
        for index in indexes:
            for name, one in index.data.packages.items():
                if index.arch != arch:
                    others[name] = index.arch
                    continue
                needs.setdefault(name, one.depends)
                for virtual in one.provides:
                    providers.setdefault(virtual, name)
        return cls(arch, needs, providers, others)

    def package(self, pattern: str) -> str:
        """Return the name of the package that ``pattern`` asks for, judged by its name only."""
        match = _NAME.match(pattern)
        name = match[0] if match else pattern
        for one in (name, name.rpartition("-")[0]):
            if one in self.needs:
                return one
            if one in self.providers:
                return self.providers[one]
        return name

    def origins(self, asked: Iterable[str]) -> dict[str, str]:
        """Return, by package, the one of ``asked`` that needs it, directly or indirectly."""
        waiting = deque((self.package(one), one) for one in asked)
        found: dict[str, str] = {}
        while waiting:
            name, origin = waiting.popleft()
            if name not in found:
                found[name] = origin
                waiting.extend((self.package(one), origin) for one in self.needs.get(name, ()))
        return found


def _absent(
    failed: Iterable[tuple[Transaction, DryRun]],
    askers: Mapping[str, tuple[Asker, ...]],
    pools: Mapping[str, _Pool],
) -> Iterator[str]:
    """Yield a line for each wanted package that no repository has."""
    by: dict[tuple[str, str], list[str]] = {}
    for transaction, done in failed:
        for name in done.absent:
            by.setdefault((name, transaction.arch), []).append(_asker_of(name, transaction, askers))
    for (name, arch), who in sorted(by.items()):
        pool = pools[arch]
        only = f" for {arch}, but for {pool.others[name]}" if name in pool.others else ""
        # The user cannot change what mklive asks for.
        guess = name in askers and not only
        near = did_you_mean(name, {*pool.needs, *pool.providers}) if guess else ""
        yield "; ".join(
            filter(
                None,
                (
                    f"{name}: no repository has it{only}",
                    f"asked for by {' and '.join(dict.fromkeys(who))}",
                    near,
                ),
            )
        )


def _said(
    transaction: Transaction, done: DryRun, askers: Mapping[str, tuple[Asker, ...]], pool: _Pool
) -> Iterator[str]:
    """Yield XBPS's lines, each with who asks for the packages in it."""
    origins = pool.origins(transaction.packages)

    def origin(pkgver: str) -> str:
        name = pkgver.rpartition("-")[0]
        if name not in origins:
            return ""
        asked = origins[name]
        way = "" if asked == name else f"{name} comes with {asked}, "
        return f"{way}asked for by {_asker_of(asked, transaction, askers)}"

    for line in done.said:
        if _SUMMARY in line:
            continue
        more: list[str] = []
        if match := _MISSING.match(line):
            needing = [name for name in origins if match[1] in pool.needs.get(name, ())]
            more = [f"{name} needs it, {origin(f'{name}-')}" for name in needing]
        elif match := _BROKEN_LIBRARY.match(line):
            more = [origin(match[1])]
        elif match := _CONFLICT.match(line):
            more = [f"{pkgver}: {origin(pkgver)}" for pkgver in match.groups() if origin(pkgver)]
        yield f"{line} ({'; '.join(more)})" if any(more) else line


def _asker_of(name: str, transaction: Transaction, askers: Mapping[str, tuple[Asker, ...]]) -> str:
    if transaction.name == IMAGE_ROOT and name in askers:
        names = ["[xbps] packages" if by == USER else str(by) for by in askers[name]]
        return " and ".join(names)
    if name == _BASE:
        return "mklive, as the base of the live system"
    return _PURPOSES.get(transaction.name, f"mklive, for {transaction.name}")
