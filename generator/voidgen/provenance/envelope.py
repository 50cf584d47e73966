"""A signed statement: a DSSE envelope (https://github.com/secure-systems-lab/dsse, v1.0.2).

`ssh-keygen -Y sign` (ssh-keygen(1)) signs the envelope's pre-authentication encoding. So the keys
that sign the sums can sign statements, too, also keys in an agent or in hardware.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

from attrs import field, frozen

from voidgen.provenance import signature
from voidgen.schema import typed_json
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PAYLOAD_TYPE = "application/vnd.in-toto+json"
NAMESPACE = "voidgen-statement"
"""Namespace of ssh-keygen's signatures: a signature of the sums does not sign a statement."""
_ARMOR = ("-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----")
WIDTH = 70
"""Characters of a line between the lines of `_ARMOR` (PROTOCOL.sshsig of OpenSSH)."""
KEY = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")


@frozen
class Envelope:
    """The signed payload, the fingerprint that the envelope names, and the signature's bytes."""

    payload: bytes
    key: str
    signature: bytes


def encoded(payload: bytes) -> bytes:
    """Return the bytes to sign: DSSE's pre-authentication encoding."""
    head = f"DSSEv1 {len(PAYLOAD_TYPE)} {PAYLOAD_TYPE} {len(payload)} ".encode()
    return head + payload


def sign(payload: bytes, key: Path) -> Envelope:
    """Sign ``payload`` with ``key`` as `signature.sign` does, and return the envelope."""
    made = signature.sign(encoded(payload), key, NAMESPACE)
    lines = made.decode().split("\n")
    raw = b64decode("".join(line for line in lines if line not in _ARMOR))
    found = signature.check(encoded(payload), made, (), NAMESPACE)
    return Envelope(payload, found.fingerprint, raw)


def check(one: Envelope, allowed: Iterable[str]) -> signature.Checked:
    """Check that the signature is for the payload, and by one of the ``allowed`` signers."""
    text = b64encode(one.signature).decode()
    lines = [text[at : at + WIDTH] for at in range(0, len(text), WIDTH)]
    armored = "\n".join([_ARMOR[0], *lines, _ARMOR[1], ""])
    return signature.check(encoded(one.payload), armored.encode(), allowed, NAMESPACE)


def dump(one: Envelope) -> bytes:
    """Return the envelope as one line of JSON."""
    signed = {"keyid": one.key, "sig": b64encode(one.signature).decode()}
    table = {
        "payload": b64encode(one.payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [signed],
    }
    return json.dumps(table, sort_keys=True).encode() + b"\n"


def parse(line: bytes) -> Envelope:
    """Return the envelope in ``line``; ValueError if it has not one signature of ssh-keygen."""
    try:
        return typed_json.read(line, _Envelope).opened()
    except GarbledError:
        raise ValueError("is not a statement that an SSH key signed") from None


@frozen
class _Signature:
    keyid: str
    sig: str


@frozen
class _Envelope:
    """The JSON of an envelope (DSSE)."""

    payload: str
    type: str = field(metadata={"key": "payloadType"})
    signatures: tuple[_Signature, ...]

    def opened(self) -> Envelope:
        """Return the envelope; GarbledError if voidgen could not have written it."""
        if self.type != PAYLOAD_TYPE or len(self.signatures) != 1:
            raise GarbledError("not one signature of a statement")
        (signed,) = self.signatures
        if not KEY.fullmatch(signed.keyid):
            raise GarbledError("not an SSH key")
        return Envelope(_bytes(self.payload), signed.keyid, _bytes(signed.sig))


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise GarbledError("not Base64") from None
