"""Check that a trusted key has signed the sums of an ISO."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from voidgen.errors import StepFailedError
from voidgen.outcome.types import Outcome
from voidgen.provenance import signature
from voidgen.provenance.beside import beside, read

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NAME = "signature"
TRUST_A_KEY = "name the keys that you trust: --signer KEY.pub, or [release] signers in voidgen.toml"


def outcome(iso: Path, signers: Sequence[str], named_by: str) -> Outcome:
    """Check the signature of the sums beside ``iso``; ``named_by`` says where ``signers`` are from.

    Only ``signers`` are trusted.
    """
    file = beside(iso, "iso.sha256")
    mark = file.with_name(f"{file.name}{signature.ENDING}")
    if not os.path.lexists(mark):
        return Outcome(NAME, "failed" if signers else "warning", f"{mark.name} does not exist")
    data, signed = read(file, signature.LARGEST), read(mark, signature.LARGEST)
    if isinstance(data, str):
        return Outcome(NAME, "failed", data)
    if isinstance(signed, str):
        return Outcome(NAME, "failed", signed)
    try:
        found = signature.check(data, signed, signers)
    except StepFailedError as error:
        return Outcome(NAME, "failed", error.what, error.remedy)
    return _judged(found, file.name, signers, named_by)


def _judged(found: signature.Checked, file: str, signers: Sequence[str], named_by: str) -> Outcome:
    if found.good:
        return Outcome(NAME, "passed", f"{found.who}, named by {named_by}")
    if not found.who:
        return Outcome(NAME, "failed", f"it is not a signature of {file}", found.output)
    if not signers:
        what = f"good, by {found.who}, but you have not named a key that you trust"
        return Outcome(NAME, "warning", what, TRUST_A_KEY)
    return Outcome(NAME, "failed", f"by {found.who}, which {named_by} does not name")
