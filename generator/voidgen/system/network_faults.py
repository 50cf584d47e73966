"""Which host a program could not reach, from what Nix, git, ssh, curl and container engines print.

The texts are those of Nix 2.8, 2.26 and 2.34 on Debian 12, 13 and sid, where they were seen. Nix
adds curl's number of the error (libcurl-errors(3)).
"""

from __future__ import annotations

import logging
import os
import re
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from attrs import frozen

from voidgen.errors import StepFailedError
from voidgen.system.credentials import hidden

if TYPE_CHECKING:
    from collections.abc import Mapping

_log = logging.getLogger(__name__)

Kind = Literal["away", "broken", "login", "tls"]
"""``away``: no address, or no connection. ``broken``: connected, but the answer does not come.
``login``: the proxy wants one. ``tls``: there is no secure connection."""

_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("5", "6", "7"), "away"),
    **dict.fromkeys(("28", "52", "55", "56"), "broken"),
    **dict.fromkeys(("35", "53", "54", "58", "59", "60", "66", "77", "83", "91"), "tls"),
}
"""By curl's number."""
_LOGIN = re.compile(r"response 407|HTTP error 407|returned error: 407")
_TLS = re.compile(r"(?i)\bssl|certificate|gnutls|\btls(?!.*timeout)|x509")
_AWAY = re.compile(
    r"(?i)could not resolve|couldn't resolve|failed to connect|connection (?:refused|timed out)"
    r"|no route to host|unreachable|no such host|dial tcp|proxyconnect"
)
_BROKEN = re.compile(
    r"(?i)operation (?:too slow|timed out)|empty reply|recv failure|connection reset|timeout"
    r"|proxy connect aborted|transfer closed|EOF|context deadline"
)

_NIX = re.compile(r"unable to (?:down|up)load(?: to)? '(?P<url>[^']*)': (?P<text>.*)")
_GIT = re.compile(r"unable to access '(?P<url>[^']*)': (?P<text>.*)")
_GO = re.compile(r'(?:Get|Head) "?(?P<url>https?://[^"\s]+)"?: (?P<text>.*)')
_CURL = re.compile(r"curl: (?P<text>\((?P<code>\d+)\).*)")
_CODE = re.compile(r"\((?P<code>\d+)\)")
_AWS = re.compile(r"AWS error .*curlCode: (?P<code>\d+)")
_HOST = re.compile(
    r"ssh: Could not resolve hostname (?P<name>[^\s:]+)|ssh: connect to host (?P<ssh>\S+) port"
    r"|fatal: unable to (?:look up|connect to) (?P<git>[^\s:]+)"
)
_TRYING = re.compile(r"trying (https?://\S+)")
_FROM_NO_MIRROR = re.compile(r"cannot download \S+ from any mirror")
_PROXY = re.compile(r"(?:over proxy|resolve proxy:) ([^\s)]+)")
_RESOLVED = re.compile(r"resolve host(?:name)?: ([^\s)]+)")
_CONNECTED = re.compile(r"Failed to connect to ([^\s:]+)(?: port |:)(\d+)")
"""How curl names what it connects to: a proxy, or a host that the URL's redirects to."""

_IGNORED = re.compile(r"warning: |.*; retrying in ")
_ERROR = re.compile(r"\s*error:\s*\S")
_FOLLOWS = re.compile(
    r"program 'git' failed|resolving Git reference|Failed to fetch git repository"
    r"|cannot connect to '|failed to start SSH|dependenc(?:y|ies)\b|build of |builder for '"
    r"|Cannot build '|is required, but there is no substituter"
)
"""Errors that another one leads to, which is printed before."""

REMEDY = "`voidgen doctor` shows which hosts answer, `voidgen -v` the whole error"
CERTIFICATES = (
    "check this machine's clock, and its certificates (on Debian: ca-certificates);\n"
    "Nix reads NIX_SSL_CERT_FILE, git GIT_SSL_CAINFO; `voidgen -v` shows the error"
)
LOGIN = (
    "put your login into http_proxy and https_proxy, before the proxy's name:\nUSER:PASSWORD@HOST"
)


@frozen
class NetworkFault:
    """A ``host`` that did not answer, and the ``proxy`` (HOST:PORT) it was asked through, or ""."""

    host: str
    kind: Kind
    proxy: str = ""

    @property
    def what(self) -> str:
        """Return what is wrong, for a message."""
        through = f" through the proxy {self.proxy}" if self.proxy else ""
        match self.kind:
            case "tls":
                return f"no secure connection to {self.host}{through}: is its certificate valid?"
            case "login":
                return f"cannot reach {self.host}{through}: the proxy wants a login"
        return f"cannot reach {self.host}{through}: is there a network?"

    @property
    def remedy(self) -> str:
        """Return what to do."""
        remedies: Mapping[Kind, str] = {"tls": CERTIFICATES, "login": LOGIN}
        return remedies.get(self.kind, REMEDY)


class UnreachableError(StepFailedError):
    """A host that a program needs could not be reached."""

    def __init__(self, fault: NetworkFault) -> None:
        """Say what ``fault`` says; the program's own words are only logged."""
        super().__init__(fault.what, fault.remedy)
        self.fault = fault


LAST = 1000
"""Number of a program's last lines that are searched."""


def fault_in(said: str) -> NetworkFault | None:
    """Return which host a failed program could not reach; None if it failed for another reason.

    That is the last error: a program may go on without a host, and fail later. Nix's warnings
    about attempts that it repeats do not count.
    """
    lines = said.splitlines()[-LAST:]
    for number in reversed(range(len(lines))):
        line = lines[number]
        if _IGNORED.match(line):
            continue
        if found := _of_line(line, lines[:number], said):
            return found
        if _ERROR.match(line) and not _FOLLOWS.search(line):
            return None
    return None


def raise_any(said: str) -> None:
    """Raise UnreachableError if a failed program could not reach a host; log what it ``said``."""
    if fault := fault_in(said):
        for line in said.splitlines():
            _log.info("  | %s", hidden(line))
        raise UnreachableError(fault)


def _of_line(line: str, before: list[str], said: str) -> NetworkFault | None:
    if found := _NIX.search(line):
        code = _CODE.search(found["text"])
        kind = _KINDS.get(code["code"] if code else "")
        return _fault(found["url"], found["text"], kind)
    if found := _GIT.search(line) or _GO.search(line):
        return _fault(found["url"], found["text"], _kind(found["text"]))
    if (found := _CURL.search(line)) and _FROM_NO_MIRROR.search(said):
        tried = [one[1] for text in before if (one := _TRYING.search(text))]
        return _fault(tried[-1] if tried else "", found["text"], _KINDS.get(found["code"]))
    if found := _AWS.search(line):
        return _fault("https://S3", line, _KINDS.get(found["code"]))
    if found := _HOST.search(line):
        host = found["name"] or found["ssh"] or found["git"]
        return NetworkFault(host, "away")
    return None


def _kind(text: str) -> Kind | None:
    signs: Mapping[Kind, re.Pattern[str]] = {"away": _AWAY, "tls": _TLS, "broken": _BROKEN}
    return next((kind for kind, sign in signs.items() if sign.search(text)), None)


def _fault(url: str, text: str, kind: Kind | None) -> NetworkFault | None:
    if _LOGIN.search(text):
        kind = "login"
    if kind is None:
        return None
    host, proxy = place_of(url), proxy_of(url)
    if found := _PROXY.search(text):
        proxy = proxy or found[1]
    elif "resolve host" in text:
        proxy = ""
        found = _RESOLVED.search(text)
        host = found[1] if found and found[1] != host_of(url) else host
    elif not proxy and (found := _CONNECTED.search(text)) and found[1] != host_of(url):
        host = ":".join(found.groups())
    return NetworkFault(host, kind, proxy) if host else None


def place_of(url: str) -> str:
    """Return HOST or HOST:PORT of ``url``, without the user; "" if it has none."""
    return urlsplit(url).netloc.rpartition("@")[2] if host_of(url) else ""


def host_of(url: str) -> str:
    """Return the host's name in ``url``, without user and port; "" if there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def proxy_of(url: str) -> str:
    """Return HOST:PORT of the proxy through which curl asks for ``url`` here; "" if none."""
    # Imported here: only failures need it.
    from urllib.request import proxy_bypass  # noqa: PLC0415

    scheme, host = url.partition(":")[0].lower(), host_of(url)
    # curl reads no HTTP_PROXY (curl(1), "ENVIRONMENT"): a CGI's client could set it.
    names = [f"{scheme}_proxy", *([] if scheme == "http" else [f"{scheme}_proxy".upper()])]
    names += ["all_proxy", "ALL_PROXY"]
    proxy = next((os.environ[name] for name in names if os.environ.get(name)), "")
    if not proxy or not host or proxy_bypass(host):
        return ""
    return urlsplit(proxy if "://" in proxy else f"//{proxy}").netloc.rpartition("@")[2]
