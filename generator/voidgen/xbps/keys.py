"""Public keys that sign packages: files such as those in /var/db/xbps/keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import Fault, StepFailedError, WrongInputError
from voidgen.schema import typed_json
from voidgen.schema.rule import MisfitError
from voidgen.system import sri
from voidgen.system.files import read_input
from voidgen.system.untrusted import GarbledError
from voidgen.xbps.types import FINGERPRINT, Key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from voidgen.xbps.snapshot import Index


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
    """Return the keys in ``files``; WrongInputError with a fault for each that isn't a key."""
    found: list[Trusted] = []
    faults: list[Fault] = []
    for file in files:
        try:
            data = read_input(file)
            fingerprint = FINGERPRINT.check(file.stem)
            key = typed_json.read_plist(data, _Key)
            found.append(Trusted(fingerprint, data, key.public_key))
        except WrongInputError as error:
            faults += error.faults
        except (GarbledError, MisfitError):
            what = "is not a public key of XBPS"
            remedy = "copy FINGERPRINT.plist from /var/db/xbps/keys of a system that trusts the key"
            faults.append(Fault(what, file, remedy=remedy))
    if faults:
        raise WrongInputError(*faults)
    return found


def signer(index: Index, trusted: Sequence[Trusted]) -> str | None:
    """Return the fingerprint of the key that signs a repository; None for a local folder.

    Raises StepFailedError if XBPS would refuse its packages.
    """
    if not index.remote:
        return None
    if not index.data.public_key:
        what = f"{index.url}: is not signed, and XBPS accepts unsigned packages only from folders"
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
    """Return the keys whose fingerprints are ``used``, as voidgen.lock has them."""
    names = set(used)
    return tuple(
        sorted(
            Key(key.fingerprint, sri.of_bytes(key.pem))
            for key in trusted
            if key.fingerprint in names
        )
    )
