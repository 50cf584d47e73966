"""Public keys that sign packages: XBPS's files of them, as in /var/db/xbps/keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import Fault, StepFailedError, WrongInputError, unreadable
from voidgen.schema import typed_json
from voidgen.schema.structure import MisfitError
from voidgen.system import sri
from voidgen.system.files import read_regular_file
from voidgen.system.untrusted import GarbledError
from voidgen.xbps.types import FINGERPRINT, Key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from voidgen.xbps.snapshot import Index


LARGEST = 1 << 20
"""Bytes of a key's file, which has a thousandth of it."""


@frozen
class Trusted:
    """A key that the user trusts: its fingerprint (from the file's name), the file, its PEM."""

    fingerprint: str
    data: bytes
    pem: bytes


@frozen
class _Key:
    """XBPS's file of a key."""

    public_key: bytes


def read(files: Iterable[Path]) -> list[Trusted]:
    """The keys in ``files``; WrongInputError for each that is none."""
    found, faults = [], []
    for file in files:
        try:
            data = read_regular_file(file, LARGEST)
            fingerprint = FINGERPRINT.check(file.stem)
            key = typed_json.read_plist(data, _Key)
            found.append(Trusted(fingerprint, data, key.public_key))
        except OSError as error:
            faults.append(unreadable(error, file))
        except (GarbledError, MisfitError):
            what = "is no public key of XBPS"
            remedy = "take FINGERPRINT.plist from /var/db/xbps/keys of a system that trusts it"
            faults.append(Fault(what, file, remedy=remedy))
    if faults:
        raise WrongInputError(*faults)
    return found


def signer(index: Index, trusted: Sequence[Trusted]) -> str | None:
    """The fingerprint of the key that signs a repository; None for a folder of the machine.

    Raises StepFailedError where XBPS would take none of its packages.
    """
    if not index.remote:
        return None
    if not index.data.public_key:
        what = f"{index.url}: is not signed, and XBPS takes unsigned packages from folders only"
        raise StepFailedError(what, "sign it with `xbps-rindex --sign`, or copy it to a folder")
    for key in trusted:
        if key.pem == index.data.public_key:
            return key.fingerprint
    what = f"{index.url}: is signed by a key that is not trusted"
    remedy = (
        "if you trust it, put its file from /var/db/xbps/keys into the project "
        "and name it in [xbps] keys in voidgen.toml"
    )
    raise StepFailedError(what, remedy)


def locked(trusted: Iterable[Trusted], used: Iterable[str | None]) -> tuple[Key, ...]:
    """The keys whose fingerprints are ``used``, as they are locked."""
    names = set(used)
    return tuple(
        sorted(
            Key(key.fingerprint, sri.of_bytes(key.pem))
            for key in trusted
            if key.fingerprint in names
        )
    )
