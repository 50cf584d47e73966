"""NAME.provenance.json: what an ISO was made from, as an in-toto Statement of SLSA provenance.

https://in-toto.io/Statement/v1, https://slsa.dev/provenance/v1
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from attrs import evolve, frozen

from voidgen import __version__
from voidgen.config import rules
from voidgen.lock import epoch
from voidgen.provenance.beside import beside, read
from voidgen.provenance.source import COMMIT, FOLDER, Source
from voidgen.schema import canonical_json
from voidgen.system import sri, untrusted
from voidgen.system.credentials import hidden
from voidgen.system.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from voidgen.lock.flake_lock import Input

ENDING = "provenance.json"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "urn:voidgen:iso:1"
"""`voidgen iso` in the project's folder; ``externalParameters`` are `Source` and the date."""
BUILDER = "urn:voidgen:iso"
LARGEST = 1 << 20
"""Bytes of a statement."""


@frozen
class Dependency:
    """A flake input: its name, its locked reference, its commit (or empty), its narHash."""

    name: str
    uri: str
    commit: str
    hash: str


@frozen
class Provenance:
    """What an ISO was made from.

    ``iso`` is its file name, ``hash`` its SHA-256 (SRI), ``inputs`` that of all that it was made
    from. ``source_date`` is there if SOURCE_DATE_EPOCH was set. ``version`` is voidgen's.
    """

    iso: str
    hash: str
    source: Source
    inputs: str
    source_date: int | None
    dependencies: tuple[Dependency, ...]
    version: str


def describe(
    iso: str, source: Source, digest: str, date: int | None, inputs: Iterable[Input]
) -> Provenance:
    """The provenance of an ISO that is not made yet: its hash is empty."""
    dependencies = tuple(
        Dependency(
            one.name, hidden(one.url), one.rev if COMMIT.fullmatch(one.rev) else "", one.hash
        )
        for one in inputs
    )
    return Provenance(iso, "", source, digest, date, dependencies, __version__)


def dump(one: Provenance) -> bytes:
    """The Statement: the same provenance gives the same bytes, and no time is in it."""
    source = one.source
    parameters: dict[str, Any] = {}
    if source.commit:
        given = {"uri": source.url, "dir": source.folder}
        parameters["source"] = {"clean": source.clean, **{k: v for k, v in given.items() if v}}
    if one.source_date is not None:
        parameters["sourceDateEpoch"] = one.source_date
    return canonical_json.to_json(
        {
            "_type": STATEMENT,
            "subject": [{"name": one.iso, "digest": {"sha256": sri.hex_of(one.hash)}}],
            "predicateType": PREDICATE,
            "predicate": {
                "buildDefinition": {
                    "buildType": BUILD_TYPE,
                    "externalParameters": parameters,
                    "resolvedDependencies": [
                        *([_source(source)] if source.commit else []),
                        {"name": "inputs", "digest": {"sha256": sri.hex_of(one.inputs)}},
                        *map(_dependency, one.dependencies),
                    ],
                },
                "runDetails": {"builder": {"id": BUILDER, "version": {"voidgen": one.version}}},
            },
        }
    )


def _source(source: Source) -> dict[str, Any]:
    uri = {"uri": f"git+{source.url}@{source.commit}"} if source.url else {}
    if source.url and source.folder:
        uri["uri"] += f"#{quote(source.folder, errors='surrogateescape')}"
    return {"name": "source", **uri, "digest": {"gitCommit": source.commit}}


def _dependency(one: Dependency) -> dict[str, Any]:
    commit = {"gitCommit": one.commit} if one.commit else {}
    return {"name": one.name, "uri": one.uri, "digest": {**commit, "narHash": one.hash}}


def parse(data: bytes) -> Provenance:
    """What a Statement says; ValueError where it is not one that `dump` could have written."""
    try:
        return _parsed(untrusted.parse_json(data))
    except untrusted.GARBLED:
        raise ValueError("is not voidgen's statement about an ISO") from None


def _parsed(table: Mapping[str, Any]) -> Provenance:
    (subject,), predicate = table["subject"], table["predicate"]
    build = predicate["buildDefinition"]
    kinds = (table["_type"], table["predicateType"], build["buildType"])
    if kinds != (STATEMENT, PREDICATE, BUILD_TYPE):
        raise ValueError(kinds)
    parameters = build["externalParameters"]
    found: dict[str, Any] = {}
    for one in build["resolvedDependencies"]:
        found.setdefault(_text(one["name"]), one)
    hash_ = sri.of_hex(_text(subject["digest"]["sha256"]))
    inputs = sri.of_hex(_text(found["inputs"]["digest"]["sha256"]))
    date = parameters.get("sourceDateEpoch")
    if date is not None and (type(date) is not int or not epoch.FIRST <= date <= epoch.LAST):
        raise ValueError(date)
    dependencies = tuple(
        Dependency(
            name,
            _text(one["uri"]),
            _matching(COMMIT, one["digest"].get("gitCommit", "")),
            _text(one["digest"]["narHash"]),
        )
        for name, one in found.items()
        if name not in {"source", "inputs"}
    )
    version = _text(predicate["runDetails"]["builder"]["version"]["voidgen"])
    source = _given(parameters.get("source"), found.get("source"))
    return Provenance(_text(subject["name"]), hash_, source, inputs, date, dependencies, version)


def _given(parameter: Any, dependency: Any) -> Source:
    if parameter is None and dependency is None:
        return Source()
    clean = parameter["clean"]
    if type(clean) is not bool:
        raise ValueError(clean)
    return Source(
        _matching(re.compile(rules.GIT_URL.pattern), parameter.get("uri", "")),
        _matching(COMMIT, dependency["digest"]["gitCommit"]),
        _matching(FOLDER, parameter.get("dir", "")),
        clean,
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _matching(pattern: re.Pattern[str], value: Any) -> str:
    """``value``, which is empty or matches the ``pattern``; ValueError for any other one."""
    if _text(value) and not pattern.fullmatch(value):
        raise ValueError(value)
    return str(value)


def beside_iso(iso: Path) -> Provenance | str:
    """What lies beside ``iso``, or in one line why nothing can be read there."""
    file = beside(iso, ENDING)
    data = read(file, LARGEST)
    if isinstance(data, str):
        return data
    try:
        return parse(data)
    except ValueError as error:
        return f"{file.name} {error}"


def write(iso: Path, described: Provenance, hash_: str) -> None:
    """Put the provenance of ``iso``, whose hash is ``hash_``, beside it.

    An earlier one of the same bytes from a clean tree stays if the tree is not clean any more.
    """
    made = evolve(described, hash=hash_)
    found = beside_iso(iso)
    if isinstance(found, Provenance) and not made.source.clean:
        same = (found.hash, found.inputs) == (made.hash, made.inputs)
        if same and found.source.clean:
            return
    file, data = beside(iso, ENDING), dump(made)
    if read(file, LARGEST) != data:
        write_atomically(file, data)
