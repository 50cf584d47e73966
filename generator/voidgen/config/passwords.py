"""Passwords of the live system's accounts: a way to log in, or a hash of crypt(5). Pure."""

from __future__ import annotations

import re
from typing import Annotated

from voidgen.schema.rule import MisfitError, Rule

WELL_KNOWN = "voidlinux"
"""Password of root and of the live user (void-mklive, dracut/vmklive/adduser.sh). It is public."""
WAYS = (WELL_KNOWN, "none", "locked", "random")
"""Values that are no hash: mklive's password, no password, no login by password, one each boot."""
MAKE_HASH = "openssl passwd -6"

_SALTED = r"[^$:\s\x00-\x1f\x7f]{1,16}"
_BASE64 = r"[./A-Za-z0-9]"
_HASHES = "|".join(
    (
        rf"\$6\$(?:rounds=[1-9][0-9]{{3,8}}\$)?{_SALTED}\${_BASE64}{{86}}",
        rf"\$5\$(?:rounds=[1-9][0-9]{{3,8}}\$)?{_SALTED}\${_BASE64}{{43}}",
        rf"\$2[abxy]\$(?:0[4-9]|[12][0-9]|3[01])\${_BASE64}{{53}}",
        rf"\$g?y\${_BASE64}+\${_BASE64}{{0,86}}\${_BASE64}{{43}}",
        rf"\$7\${_BASE64}{{11,97}}\${_BASE64}{{43}}",
    )
)
"""sha512crypt, sha256crypt, bcrypt, yescrypt and scrypt as in crypt(5), without the weak ones."""

RULE = Rule(
    f'"none", "locked", "random", "{WELL_KNOWN}" or the hash of a password',
    rf"{'|'.join(WAYS)}|{_HASHES}",
    (
        (
            r"^\$(?:1|3|md5|sha1)\b",
            f"this kind of hash is easy to break: make another with `{MAKE_HASH}`",
        ),
        (r"^\$", f"this is not a whole hash: copy all that `{MAKE_HASH}` prints"),
        (
            "",
            f"write its hash, as `{MAKE_HASH}` prints it: all who have the project can read this",
        ),
    ),
    "",
)
Password = Annotated[str, RULE]

_MUSL_LACKS = re.compile(r"\$(?:g?y|7)\$|\$[56]\$rounds=[0-9]{8,}\$")
"""musl has no yescrypt or scrypt, and at most 9,999,999 rounds (musl, src/crypt)."""


def is_hash(value: str) -> bool:
    """Return whether ``value`` is the hash of a password, of a kind that `RULE` takes."""
    return re.fullmatch(_HASHES, value) is not None


def check_for(arch: str, password: str) -> None:
    """Raise MisfitError if the C library of ``arch`` does not know this kind of hash."""
    if arch.endswith("-musl") and _MUSL_LACKS.match(password):
        what = f"musl, the C library of {arch}, does not know this kind of hash"
        raise MisfitError(what, remedy=f"make another with `{MAKE_HASH}`")
