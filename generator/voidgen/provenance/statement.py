"""Read and write NAME.provenance.json: an ISO's inputs as an in-toto Statement of SLSA provenance.

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
from voidgen.provenance.in_toto import Dependency as Made
from voidgen.provenance.in_toto import Given, Statement
from voidgen.provenance.source import COMMIT, FOLDER, Source
from voidgen.schema import canonical_json, typed_json
from voidgen.system import sri
from voidgen.system.credentials import hidden
from voidgen.system.files import write_atomically
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from voidgen.lock.flake_lock import Input

ENDING = "provenance.json"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "urn:voidgen:iso:1"
"""A run of `voidgen iso` in the project; ``externalParameters`` are `Source` and the date."""
BUILDER = "urn:voidgen:iso"
LARGEST = 1 << 20
"""Maximum bytes of a statement."""


@frozen
class Dependency:
    """A flake input: its name, its locked reference, its commit (or empty), its narHash."""

    name: str
    uri: str
    commit: str
    hash: str


@frozen
class Provenance:
    """What an ISO was built from.

    ``iso`` is its file name, ``hash`` its SHA-256 (SRI), ``inputs`` the hash of all its inputs.
    ``source_date`` is set if SOURCE_DATE_EPOCH was set. ``version`` is voidgen's.
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
    """Return the provenance of an ISO before it is built: its hash is empty."""
    dependencies = tuple(
        Dependency(
            one.name, hidden(one.url), one.rev if COMMIT.fullmatch(one.rev) else "", one.hash
        )
        for one in inputs
    )
    return Provenance(iso, "", source, digest, date, dependencies, __version__)


def dump(one: Provenance) -> bytes:
    """Return the Statement's JSON: the same bytes for the same provenance, without a time."""
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
    """Return a Statement's provenance; ValueError if `dump` could not have written it."""
    try:
        return _parsed(typed_json.read(data, Statement))
    except GarbledError:
        raise ValueError("is not voidgen's statement about an ISO") from None


def _parsed(read: Statement) -> Provenance:
    build = read.predicate.build
    kinds = (read.type, read.predicate_type, build.type)
    if kinds != (STATEMENT, PREDICATE, BUILD_TYPE):
        raise GarbledError("another kind of statement")
    date, inputs = build.parameters.source_date, build.dependency("inputs")
    if date is not None and not epoch.FIRST <= date <= epoch.LAST:
        raise GarbledError(f"{date} is not a date")
    if inputs is None:
        raise GarbledError("no inputs")
    (subject,) = read.subjects
    dependencies = {
        one.name: Dependency(
            one.name, one.uri, _matching(COMMIT, one.digest.git_commit), one.digest.nar_hash
        )
        for one in reversed(build.dependencies)
        if one.name not in {"source", "inputs"}
    }
    return Provenance(
        subject.name,
        _sri(subject.digest.sha256),
        _given(build.parameters.source, build.dependency("source")),
        _sri(inputs.digest.sha256),
        date,
        tuple(reversed(dependencies.values())),
        read.predicate.run.builder.version.voidgen,
    )


def _given(parameter: Given | None, dependency: Made | None) -> Source:
    if parameter is None and dependency is None:
        return Source()
    if parameter is None or dependency is None or not dependency.digest.git_commit:
        raise GarbledError("half a source")
    return Source(
        _matching(re.compile(rules.GIT_URL.pattern), parameter.uri),
        _matching(COMMIT, dependency.digest.git_commit),
        _matching(FOLDER, parameter.dir),
        parameter.clean,
    )


def _sri(digits: str) -> str:
    if not re.fullmatch("[0-9a-fA-F]{64}", digits):
        raise GarbledError(f"{digits!r} is not a SHA-256 hash")
    return sri.of_hex(digits)


def _matching(pattern: re.Pattern[str], value: str) -> str:
    """Return ``value``, which is empty or matches the ``pattern``; GarbledError if it does not."""
    if value and not pattern.fullmatch(value):
        raise GarbledError(f"did not expect {value!r}")
    return value


def beside_iso(iso: Path) -> Provenance | str:
    """Return the provenance beside ``iso``, or in one line why it cannot be read."""
    file = beside(iso, ENDING)
    data = read(file, LARGEST)
    if isinstance(data, str):
        return data
    try:
        return parse(data)
    except ValueError as error:
        return f"{file.name} {error}"


def write(iso: Path, described: Provenance, hash_: str) -> None:
    """Write the provenance of ``iso``, whose hash is ``hash_``, beside it.

    If the tree now has changes, an earlier provenance of the same bytes from a clean tree stays.
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
