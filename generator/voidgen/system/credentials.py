"""Passwords and tokens in URLs: finding them, hiding them, and what to do instead. Pure.

The content of voidgen.toml is committed, and goes into the Nix store and into every ISO. So its
URLs must not have a password.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

_AUTHORITY = re.compile(r'://([^\s/?#"]*)')
"""User, password, host and port of a URL (RFC 3986, 3.2)."""
_TO_THE_LAST_AT = re.compile(r"\S{0,1024}@")
_PARAMETER = re.compile(r'[?&]([^\s=&#?"]+)=([^\s&#?"]+)')
_REST_OF_VALUE = re.compile(r'[^\s&#"]*')
_SECRET_NAME = re.compile(
    r"(?i).*(?:token|passw(?:or)?d|passphrase|secret|api[_-]?key|signature)"
    r"|pass|pwd|auth|sig|jwt"
)
"""Names of query parameters, such as ``private_token``, ``X-Amz-Signature`` and Azure's ``sig``."""
_PLACEHOLDER = re.compile(r"[$<{*]|%\(")
"""How a placeholder for a password begins, in a script or in documentation."""

NETRC = "put user and password into ~/.netrc, and its path into nix.conf: netrc-file = PATH"
_GIT = (
    "leave it out: git finds user and password in ~/.netrc or by its credential helper, "
    "and with git+ssh:// an SSH key will do"
)
_FORGE = "leave it out: put the token into nix.conf: access-tokens = HOST=TOKEN"
_S3 = "leave it out: Nix finds keys in ~/.aws/credentials"
_SSH = "leave the password out, and log in with an SSH key"
REGISTRY = "leave it out, and log in to the registry: `podman login HOST` or `docker login HOST`"
LOCKED = "change the password or token, remove the file, and run `voidgen lock`"
_REMEDIES = (
    (r"(?:github|gitlab):", _FORGE),
    # Nix sends no token for an archive of sourcehut, and hg reads no netrc.
    (r"git\+https?:|sourcehut:", _GIT),
    (r"(?:git\+)?ssh(?:-ng)?:|hg\+", _SSH),
    (r"docker:", REGISTRY),
    (r"s3:", _S3),
    (r"", f"leave it out: {NETRC}"),
)
"""What to do, by how a URL begins."""


@frozen
class Secret:
    """A secret in a text: what it is, and the span of the text to leave out."""

    what: str
    start: int
    end: int


def secret_in(text: str) -> str:
    """Describe the first secret in the URLs of ``text``, as in "a password"; or return ""."""
    if "://" not in text and "?" not in text and "&" not in text:
        return ""
    return next((one.what for one in _secrets(text)), "")


def remedy_for(text: str) -> str:
    """Return what to do about a URL or flake reference with a secret."""
    return next(said for begin, said in _REMEDIES if re.match(begin, text, re.IGNORECASE))


def hidden(text: str) -> str:
    """Return ``text`` without the passwords and tokens of the URLs in it."""
    # What remains can look like another secret, as in "?http://token=/&@".
    while (shorter := _without_secrets(text)) != text:
        text = shorter
    return text


def _without_secrets(text: str) -> str:
    pieces, end = [], 0
    for one in sorted(_secrets(text), key=lambda one: one.start):
        pieces.append(text[end : max(one.start, end)])
        end = max(one.end, end)
    return "".join([*pieces, text[end:]])


def _secrets(text: str) -> Iterator[Secret]:
    if "://" in text:
        yield from _logins(text)
    yield from _parameters(text)


def _parameters(text: str) -> Iterator[Secret]:
    end = 0
    while found := _PARAMETER.search(text, end):
        name, value = found.groups()
        end = found.end()
        is_login = name == "host" and "@" in unquote(value)
        if (is_login or _SECRET_NAME.fullmatch(name)) and not _PLACEHOLDER.match(value):
            rest = _REST_OF_VALUE.match(text, end)
            end = rest.end() if rest else end
            yield Secret(f"a secret in its parameter {name!r}", found.start(2), end)


def _logins(text: str) -> Iterator[Secret]:
    """Yield passwords before hosts, and user names in http and https, which may be tokens."""
    end, last = 0, text.rfind("@")
    while found := _AUTHORITY.search(text, end):
        start, end = found.span(1)
        login, at, place = found[1].rpartition("@")
        is_http = text[max(start - 8, 0) : start - 3].lower().endswith(("http", "https"))
        if at:
            user, colon, password = unquote(login).partition(":")
            what = "a password" if colon else "a user name or token"
            if (colon or is_http) and not _PLACEHOLDER.match(password or user):
                yield Secret(what, start, start + len(login) + 1)
        elif end < last and _is_no_port(place) and (rest := _TO_THE_LAST_AT.match(text, end)):
            # A password with a / in it, which ends the host's name as programs read it.
            end = rest.end()
            yield Secret("a password", start, end)


def _is_no_port(place: str) -> bool:
    """Return whether the text after a host's name is neither a port nor a placeholder."""
    _, colon, port = place.rpartition(":")
    return bool(colon) and not (place.startswith("[") or port.isdigit() or _PLACEHOLDER.match(port))
