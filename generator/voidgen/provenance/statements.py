"""Read and write NAME.intoto.jsonl: one signed statement a line about an ISO's source."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from voidgen.errors import Fault, StepFailedError, WrongInputError
from voidgen.outcome.types import Outcome
from voidgen.provenance import envelope, statement
from voidgen.provenance.beside import beside, read
from voidgen.provenance.signed import TRUST_A_KEY
from voidgen.system.files import read_optional_input, write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from voidgen.provenance.envelope import Envelope
    from voidgen.provenance.signature import Checked
    from voidgen.provenance.source import Source
    from voidgen.provenance.statement import Provenance

ENDING = "intoto.jsonl"
LARGEST = 1 << 20
"""Maximum bytes of the file."""
MOST = 64
"""Maximum number of statements: checking each one runs ssh-keygen several times."""


def add(iso: Path, claim: Provenance, key: Path) -> Path:
    """Sign ``claim`` with ``key``, add it to the statements beside ``iso``, and return that file.

    Replaces an earlier statement of the same key about the same bytes. Raises StepFailedError if
    signing fails, WrongInputError if the file cannot be read or is full.
    """
    file = beside(iso, ENDING)
    made = envelope.sign(statement.dump(claim), key.absolute())
    kept = [line for line in _lines(file) if not _is_same(line, made.key, claim.hash)]
    if len(kept) >= MOST:
        remedy = "remove lines that you do not need"
        raise WrongInputError(Fault(f"has {len(kept)} statements already", file, remedy=remedy))
    write_atomically(file, b"".join([*(line + b"\n" for line in kept), envelope.dump(made)]))
    return file


def _lines(file: Path) -> list[bytes]:
    """Return the lines of the file, each once; empty if the file does not exist."""
    return _split(read_optional_input(file, LARGEST) or b"")


def _split(data: bytes) -> list[bytes]:
    return [line for line in dict.fromkeys(data.split(b"\n")) if line.strip()]


def _is_same(line: bytes, key: str, hash_: str) -> bool:
    try:
        one = envelope.parse(line)
        return one.key == key and statement.parse(one.payload).hash == hash_
    except ValueError:
        return False


def outcomes(iso: Path, hash_: str, signers: Sequence[str], named_by: str) -> Iterator[Outcome]:
    """Yield an outcome for each statement beside ``iso``, whose bytes have the hash ``hash_``."""
    file = beside(iso, ENDING)
    if not os.path.lexists(file):
        return
    data = read(file, LARGEST)
    if isinstance(data, str):
        yield Outcome("statements", "failed", data)
        return
    lines = _split(data)
    if len(lines) > MOST:
        what = f"{file.name} has {len(lines)} statements, but voidgen checks at most {MOST}"
        yield Outcome("statements", "failed", what)
        return
    heard: set[str] = set()
    for number, line in enumerate(lines, 1):
        name = f"statement {number}"
        try:
            one = envelope.parse(line)
            claim = statement.parse(one.payload)
            found = envelope.check(one, signers)
        except ValueError as error:
            yield Outcome(name, "failed", f"the line {error}")
            continue
        except StepFailedError as error:
            yield Outcome(name, "failed", error.what, error.remedy)
            continue
        wrong = _wrong(one, claim, found, hash_)
        if wrong:
            yield Outcome(name, "failed", wrong, "" if found.fingerprint else found.output)
        elif found.fingerprint in heard:
            what = f"{found.who} has signed another statement already: each key counts once"
            yield Outcome(name, "warning", what, f"remove this line from {file.name}")
        else:
            yield _good(name, claim, found, named_by)
        heard |= set() if wrong else {found.fingerprint}


def _wrong(one: Envelope, claim: Provenance, found: Checked, hash_: str) -> str:
    """Return why the statement does not count for this ISO; empty if it does."""
    if not found.fingerprint:
        return "its signature does not belong to its content"
    if found.fingerprint != one.key:
        return f"it names the key {one.key}, but {found.who} signed it"
    return "" if claim.hash == hash_ else f"{found.who} signed it for another ISO"


def _good(name: str, claim: Provenance, found: Checked, named_by: str) -> Outcome:
    if found.good:
        return Outcome(name, "passed", f"{found.who}, named by {named_by}: {origin(claim.source)}")
    what = f"{found.who}, not among the keys that you trust: {origin(claim.source)}"
    return Outcome(name, "warning", what, TRUST_A_KEY)


def origin(source: Source) -> str:
    """Return where an ISO comes from, in words."""
    if not source.commit:
        return "from an unknown source"
    where = str(source) if source.url else f"commit {source.commit} of a repository without a URL"
    return f"from {where}" if source.clean else f"from {where} with uncommitted changes"
