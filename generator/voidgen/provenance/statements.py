"""NAME.intoto.jsonl: who says that an ISO comes from which source, a signed statement a line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from voidgen.errors import Fault, StepFailedError, WrongInputError, unreadable
from voidgen.outcome.types import Outcome
from voidgen.provenance import envelope, statement
from voidgen.provenance.beside import beside, read
from voidgen.provenance.signed import NAME_WHO
from voidgen.system.files import read_regular_file, write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from voidgen.provenance.envelope import Envelope
    from voidgen.provenance.signature import Checked
    from voidgen.provenance.source import Source
    from voidgen.provenance.statement import Provenance

ENDING = "intoto.jsonl"
LARGEST = 1 << 20
"""Bytes of a bundle."""
MOST = 64
"""Statements that are checked: each one takes several starts of ssh-keygen."""


def add(iso: Path, said: Provenance, key: Path) -> Path:
    """Sign ``said`` by ``key``, and append it to the bundle beside ``iso``; the bundle.

    What the same key said of the same bytes before goes. Raises StepFailedError where it is not
    signed, WrongInputError where what is there is not a bundle or has no room.
    """
    file = beside(iso, ENDING)
    made = envelope.sign(statement.dump(said), key.absolute())
    kept = [line for line in _lines(file) if not _is_same(line, made.key, said.hash)]
    if len(kept) >= MOST:
        remedy = "remove those that nobody needs"
        raise WrongInputError(Fault(f"has {len(kept)} statements already", file, remedy=remedy))
    write_atomically(file, b"".join([*(line + b"\n" for line in kept), envelope.dump(made)]))
    return file


def _lines(file: Path) -> list[bytes]:
    """The lines of a bundle that has some; each once."""
    try:
        data = read_regular_file(file, LARGEST)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise WrongInputError(unreadable(error, file)) from None
    return _split(data)


def _split(data: bytes) -> list[bytes]:
    return [line for line in dict.fromkeys(data.split(b"\n")) if line.strip()]


def _is_same(line: bytes, key: str, hash_: str) -> bool:
    try:
        one = envelope.parse(line)
        return one.key == key and statement.parse(one.payload).hash == hash_
    except ValueError:
        return False


def outcomes(iso: Path, hash_: str, signers: Sequence[str], named_by: str) -> Iterator[Outcome]:
    """One for each statement beside ``iso``, whose bytes have the hash ``hash_``."""
    file = beside(iso, ENDING)
    if not os.path.lexists(file):
        return
    data = read(file, LARGEST)
    if isinstance(data, str):
        yield Outcome("statements", "failed", data)
        return
    lines = _split(data)
    if len(lines) > MOST:
        what = f"{file.name} has {len(lines)}; at most {MOST} are checked"
        yield Outcome("statements", "failed", what)
        return
    heard: set[str] = set()
    for number, line in enumerate(lines, 1):
        name = f"statement {number}"
        try:
            one = envelope.parse(line)
            said = statement.parse(one.payload)
            found = envelope.check(one, signers)
        except ValueError as error:
            yield Outcome(name, "failed", f"the line {error}")
            continue
        except StepFailedError as error:
            yield Outcome(name, "failed", error.what, error.remedy)
            continue
        wrong = _wrong(one, said, found, hash_)
        if wrong:
            yield Outcome(name, "failed", wrong, "" if found.fingerprint else found.said)
        elif found.fingerprint in heard:
            what = f"{found.who} has said so before: one key counts once"
            yield Outcome(name, "warning", what, f"remove the line from {file.name}")
        else:
            yield _good(name, said, found, named_by)
        heard |= set() if wrong else {found.fingerprint}


def _wrong(one: Envelope, said: Provenance, found: Checked, hash_: str) -> str:
    """Why the statement says nothing about this ISO; empty where it does."""
    if not found.fingerprint:
        return "its signature is not one of what it says"
    if found.fingerprint != one.key:
        return f"names the key {one.key}, and {found.who} signed it"
    return "" if said.hash == hash_ else f"{found.who} says it of another ISO"


def _good(name: str, said: Provenance, found: Checked, named_by: str) -> Outcome:
    if found.good:
        return Outcome(name, "passed", f"{found.who}, named by {named_by}: {origin(said.source)}")
    what = f"{found.who}, whom nobody named: {origin(said.source)}"
    return Outcome(name, "warning", what, NAME_WHO)


def origin(source: Source) -> str:
    """Where an ISO comes from, in words."""
    if not source.commit:
        return "from a source that is not named"
    where = str(source) if source.url else f"commit {source.commit} of a repository without a URL"
    return f"from {where}" if source.clean else f"from {where}, changed since"
