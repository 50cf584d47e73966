"""Fetching files over HTTP with requests, which also finds proxies, netrc and CA bundles."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.client import IncompleteRead
from ssl import SSLCertVerificationError
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import requests
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)
from urllib3.exceptions import HTTPError
from urllib3.util import Retry

from voidgen import __version__
from voidgen.download.part import PIECE
from voidgen.download.refused import (
    ADDRESS,
    DOWNGRADE,
    MOVED_ON,
    TRUST,
    BrokenError,
    RefusedError,
)
from voidgen.system.credentials import hidden

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.download.part import Part

CONNECT_TIMEOUT = 15.0
"""Seconds within which a server must accept the connection."""
READ_TIMEOUT = 60.0
"""Seconds that a server may be silent."""
ATTEMPTS = 6
"""How often to try to fetch a file if the network or the server fails."""
FIRST_WAIT = 1.0
"""Seconds before the second attempt, doubled for each further one; a random part is added."""
LONGEST_WAIT = 60.0
"""Seconds between two attempts at most, whatever the server asks for."""


def receive(part: Part) -> None:
    """Fetch what ``part`` lacks and append it, and try again if the network fails.

    Raises RefusedError if it cannot be fetched, WrongError as soon as it is too long.
    """
    Retrying(
        retry=retry_if_exception_type(BrokenError),
        stop=stop_after_attempt(ATTEMPTS),
        wait=_pause,
        sleep=part.reporter.sleep,
        reraise=True,
    )(_attempt, part)


def _attempt(part: Part) -> None:
    if part.has_all():
        return
    if not part.can_grow():
        part.restart()
    with _network(), _answer(part) as response:
        if response.status_code == HTTPStatus.OK:
            part.restart()
        elif response.status_code == HTTPStatus.PARTIAL_CONTENT and part.count:
            part.pieced = True
        else:
            raise _refused(response)
        while piece := response.raw.read1(PIECE, decode_content=False):
            part.append(piece)
        if part.is_short() and (part.pieced or not _has_end(response)):
            raise BrokenError(f"ended after {part.count} of {part.wanted.size} bytes")


def _answer(part: Part) -> requests.Response:
    """Return the answer to a request for the rest, or for all if the rest does not fit."""
    response = _ask(part)
    if part.count and not _continues(response, part):
        response.close()
        part.restart()
        response = _ask(part)
    return response


def _ask(part: Part) -> requests.Response:
    try:
        return _own.session.get(
            part.wanted.url,
            headers={"Range": f"bytes={part.count}-"} if part.count else {},
            stream=True,
            timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
        )
    except ValueError as error:
        # The URL of the file, of a redirect or of a proxy is invalid.
        raise RefusedError(hidden(str(error)), ADDRESS) from None


def _continues(response: requests.Response, part: Part) -> bool:
    """Return whether an answer to a request for the rest begins where ``part`` ends."""
    if response.status_code == HTTPStatus.PARTIAL_CONTENT:
        found = re.fullmatch(
            r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""), re.ASCII
        )
        sizes = {"*", str(part.wanted.size)}
        return (
            found is not None
            and found[1] == str(part.count)
            and (part.wanted.size is None or found[2] in sizes)
        )
    return response.status_code != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE


def _has_end(response: requests.Response) -> bool:
    """Return whether the answer says where its body ends, so that a broken one is noticed."""
    return bool({"Content-Length", "Transfer-Encoding"} & response.headers.keys())


def _refused(response: requests.Response) -> RefusedError:
    code = response.status_code
    what = str(code)
    with suppress(ValueError):
        what += f" {HTTPStatus(code).phrase}"
    later = code in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
    if later or code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return BrokenError(what, _after(response))
    gone = code in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
    return RefusedError(what, MOVED_ON if gone else ADDRESS)


def _after(response: requests.Response) -> float:
    """Return the seconds that the server asks to wait, or 0."""
    with suppress(HTTPError, ValueError, OverflowError):
        return Retry().parse_retry_after(response.headers.get("Retry-After", "0"))
    return 0


def _pause(state: RetryCallState) -> float:
    """Return the seconds to wait before the next attempt."""
    error = state.outcome and state.outcome.exception()
    asked = error.after if isinstance(error, BrokenError) else 0
    # Random, so that requests that failed together are not repeated together.
    backoff = wait_exponential(FIRST_WAIT, LONGEST_WAIT) + wait_random(0, FIRST_WAIT)
    return min(max(asked, backoff(state)), LONGEST_WAIT)


@contextmanager
def _network() -> Iterator[None]:
    """Raise RefusedError, with words for the user, for errors of requests and urllib3."""
    try:
        yield
    except requests.TooManyRedirects:
        raise RefusedError("the server redirects without end", ADDRESS) from None
    except (requests.RequestException, HTTPError) as error:
        root = _root(error)
        if isinstance(root, SSLCertVerificationError):
            raise RefusedError(root.verify_message, TRUST) from None
        if isinstance(root, IncompleteRead):
            raise BrokenError("the connection broke before the end") from None
        reason = getattr(root, "strerror", None) or str(root) or type(root).__name__
        raise BrokenError(hidden(reason)) from None


def _root(error: BaseException) -> BaseException:
    """Return the first cause of ``error``: the outer ones name objects of the library."""
    while deeper := error.__cause__ or error.__context__:
        error = deeper
    return error


class _Session(requests.Session):
    """A session that is careful with redirects."""

    def __init__(self) -> None:
        super().__init__()
        # Uncompressed: hashes and ranges are those of the stored bytes.
        self.headers.update({"User-Agent": f"voidgen/{__version__}", "Accept-Encoding": "identity"})

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        if resp.is_redirect:
            # requests would read the body into memory, however long it is.
            resp.close()
        target = super().get_redirect_target(resp)
        if target is None:
            return None
        here, there = (urlsplit(url).scheme for url in (resp.url, urljoin(resp.url, target)))
        if here == "https" and there != "https":
            raise RefusedError(f"redirects from https to {there}", DOWNGRADE)
        return target


class _Own(threading.local):
    """A session for each thread: requests does not promise that threads may share one."""

    def __init__(self) -> None:
        self.session = _Session()


_own = _Own()
