import fcntl
import hashlib
import random
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.support.http_faults import (
    Answer,
    Server,
    chunked,
    closed_port,
    content_range,
    encoded,
    endless,
    hangs_up,
    ignores_range,
    of,
    part_of_range,
    redirects,
    resets,
    serving,
    slow,
    stalls,
    status,
    together,
    truncates,
    well,
    without_length,
)

from voidgen import download
from voidgen.download import Wanted, web
from voidgen.download.part import PIECE, ByteReporter, StoppedError
from voidgen.errors import StepFailedError
from voidgen.progress import NoProgress
from voidgen.system import sri

BODY = random.Random(1).randbytes(300_000)
OTHER = random.Random(2).randbytes(300_000)


def hash_of(data: bytes) -> str:
    return sri.of_digest(hashlib.sha256(data).digest())


class Watch(NoProgress):
    """Keeps what it is told, and that one thread at a time tells it."""

    def __init__(self) -> None:
        self.transfers: list[tuple[str, int]] = []
        self.moved = 0
        self.lock = threading.Lock()

    @contextmanager
    def transfer(self, what: str, total: int) -> Iterator[Callable[[int], None]]:
        self.transfers.append((what, total))
        yield self.move

    def move(self, count: int) -> None:
        assert self.lock.acquire(blocking=False), "two threads at once"
        before = self.moved
        # Others have their turn now, if they may.
        time.sleep(0.0001)
        self.moved = before + count
        assert self.moved >= 0
        self.lock.release()


def fetch(*wanted: Wanted, at_once: int = 8) -> Watch:
    watch = Watch()
    download.fetch(wanted, watch, what="packages", at_once=at_once)
    return watch


def refused(*wanted: Wanted) -> StepFailedError:
    with pytest.raises(StepFailedError) as caught:
        fetch(*wanted)
    assert caught.value.remedy
    return caught.value


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "FIRST_WAIT", 0.001)
    monkeypatch.setattr(web, "LONGEST_WAIT", 0.01)


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds of each wait, which are not waited."""
    taken: list[float] = []
    monkeypatch.setattr(ByteReporter, "sleep", lambda _, seconds: taken.append(seconds))
    return taken


@pytest.fixture
def wanted(server: Server, tmp_path: Path) -> Callable[..., Wanted]:
    """Serves BODY with answers, and wants it."""

    def serve(*first: Answer, ever: Answer | None = None, size: int | None = len(BODY)) -> Wanted:
        return Wanted(server.serve(BODY, *first, ever=ever), tmp_path / "f", hash_of(BODY), size)

    return serve


def part_of(wanted: Wanted) -> Path:
    return Path(f"{wanted.file}.part")


def only(wanted: Wanted) -> None:
    """The file is right, and nothing is left beside it."""
    assert wanted.file.read_bytes() == BODY
    assert not part_of(wanted).exists()


Serve = Callable[..., Wanted]


def test_a_file(server: Server, wanted: Serve) -> None:
    one = wanted()
    watch = fetch(one)
    only(one)
    assert watch.transfers == [("packages", len(BODY))]
    assert watch.moved == len(BODY)
    assert server.ranges(one.url) == [None]
    headers = server.asked[one.url.removeprefix(server.url(""))][0]
    assert headers["Accept-Encoding"] == "identity"
    assert headers["User-Agent"].startswith("voidgen/")


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1])
@pytest.mark.parametrize("known", [False, True])
def test_sizes(server: Server, tmp_path: Path, size: int, known: bool) -> None:
    body = bytes(size)
    one = Wanted(server.serve(body), tmp_path / "d/e/f", hash_of(body), size if known else None)
    assert fetch(one).moved == (size if known else 0)
    assert one.file.read_bytes() == body
    assert list(one.file.parent.iterdir()) == [one.file]


def test_nothing() -> None:
    assert fetch().transfers == []


def test_files_that_are_there(server: Server, wanted: Serve, tmp_path: Path) -> None:
    right = wanted()
    right.file.write_bytes(BODY)
    unknown = Wanted(server.serve(b"new"), tmp_path / "signature", None, 3)
    unknown.file.write_bytes(b"old")
    assert fetch(right, unknown).transfers == []
    assert server.ranges(right.url) == server.ranges(unknown.url) == []
    assert unknown.file.read_bytes() == b"old"


@pytest.mark.parametrize("there", [b"", b"short", OTHER, BODY + b"x"])
def test_a_wrong_file_is_fetched_anew(wanted: Serve, there: bytes) -> None:
    one = wanted()
    one.file.write_bytes(there)
    fetch(one)
    only(one)


def test_a_wrong_file_stays_where_the_right_one_is_not_to_be_had(wanted: Serve) -> None:
    one = wanted(ever=status(404))
    one.file.write_bytes(b"old")
    refused(one)
    assert one.file.read_bytes() == b"old"


def test_without_a_hash(server: Server, tmp_path: Path) -> None:
    one = Wanted(server.serve(BODY, truncates(1000)), tmp_path / "f", None, len(BODY))
    part_of(one).write_bytes(b"of another run")
    assert fetch(one).moved == len(BODY)
    only(one)
    assert server.ranges(one.url) == [None, None], "nothing tells whether pieces fit"


def test_without_a_hash_the_size_counts(server: Server, tmp_path: Path) -> None:
    one = Wanted(server.serve(BODY), tmp_path / "f", None, len(BODY) + 1)
    error = refused(one)
    assert f"expected {len(BODY) + 1} bytes, got {len(BODY)}" in error.what
    assert list(tmp_path.iterdir()) == []


def test_the_same_file_twice(server: Server, wanted: Serve) -> None:
    one = wanted()
    assert fetch(one, one).transfers == [("packages", len(BODY))]
    assert server.ranges(one.url) == [None]


# What a killed run left


def test_resumed(server: Server, wanted: Serve) -> None:
    one = wanted()
    part_of(one).write_bytes(BODY[:1000])
    assert fetch(one).moved == len(BODY)
    only(one)
    assert server.ranges(one.url) == ["bytes=1000-"]
    assert server.bytes_sent(one.url) == len(BODY) - 1000


@pytest.mark.parametrize("size", [None, len(BODY)])
def test_a_part_that_is_whole(server: Server, wanted: Serve, size: int | None) -> None:
    one = wanted(size=size)
    part_of(one).write_bytes(BODY)
    fetch(one)
    only(one)
    assert server.ranges(one.url) == []


@pytest.mark.parametrize("size", [None, len(BODY)])
@pytest.mark.parametrize("part", [OTHER[:1000], OTHER, OTHER + b"x", BODY + b"x", b""])
def test_a_part_of_another_file(wanted: Serve, part: bytes, size: int | None) -> None:
    one = wanted(size=size)
    part_of(one).write_bytes(part)
    assert fetch(one).moved == (size or 0)
    only(one)


def test_a_part_of_another_file_is_no_excuse_for_wrong_bytes(server: Server, wanted: Serve) -> None:
    one = wanted(ever=of(OTHER))
    part_of(one).write_bytes(BODY[:1000])
    error = refused(one)
    assert hash_of(OTHER) in error.what
    assert server.ranges(one.url) == ["bytes=1000-", None]
    assert not part_of(one).exists()


@pytest.mark.parametrize(
    "answer",
    [
        ignores_range,
        status(416),
        content_range("bytes 999-299999/300000"),
        content_range("bytes 1001-299999/300000"),
        content_range("bytes 1000-299999/300001"),
        content_range("bytes */300000"),
        content_range(""),
    ],
)
def test_the_rest_is_not_to_be_had(server: Server, wanted: Serve, answer: Answer) -> None:
    one = wanted(answer)
    part_of(one).write_bytes(BODY[:1000])
    assert fetch(one).moved == len(BODY)
    only(one)
    expected = ["bytes=1000-"] if answer is ignores_range else ["bytes=1000-", None]
    assert server.ranges(one.url) == expected


def test_a_size_that_the_server_does_not_say(server: Server, wanted: Serve) -> None:
    one = wanted(content_range("bytes 1000-299999/*"))
    part_of(one).write_bytes(BODY[:1000])
    fetch(one)
    only(one)
    assert server.ranges(one.url) == ["bytes=1000-"]


def test_less_than_the_rest(server: Server, wanted: Serve) -> None:
    one = wanted(part_of_range(5000))
    part_of(one).write_bytes(BODY[:1000])
    fetch(one)
    only(one)
    assert server.ranges(one.url) == ["bytes=1000-", "bytes=6000-"]


@pytest.mark.parametrize("code", [206, 416])
def test_ranges_that_nobody_asked_for(server: Server, wanted: Serve, code: int) -> None:
    one = wanted(ever=status(code))
    assert str(code) in refused(one).what
    assert server.ranges(one.url) == [None]


# Faults of the network


@pytest.mark.parametrize(
    "faults",
    [
        [hangs_up],
        [resets(0)],
        [resets(1000)],
        [truncates(0)],
        [truncates(1000)],
        [truncates(len(BODY) - 1)],
        [truncates(1000), resets(1000), status(503), hangs_up, truncates(7)],
        [without_length(1000)],
        [without_length()],
        [chunked(1000)],
        [chunked()],
        [chunked(len(BODY) - 1), status(500)],
        [slow(20)],
        [status(500), status(502), status(504)],
        [status(408)],
        [status(429)],
    ],
)
def test_what_may_go_better(wanted: Serve, faults: Sequence[Answer]) -> None:
    one = wanted(*faults)
    assert fetch(one).moved == len(BODY)
    only(one)


def test_each_attempt_goes_on(server: Server, wanted: Serve) -> None:
    one = wanted(truncates(1000), status(503), truncates(500))
    fetch(one)
    assert server.ranges(one.url) == [None, "bytes=1000-", "bytes=1000-", "bytes=1500-"]
    assert server.bytes_sent(one.url) == len(BODY)


def test_pieces_of_two_files(server: Server, wanted: Serve) -> None:
    one = wanted(truncates(1000), of(OTHER))
    assert fetch(one).moved == len(BODY)
    only(one)
    assert server.ranges(one.url) == [None, "bytes=1000-", None]


def test_pieces_of_two_files_again_and_again(server: Server, wanted: Serve) -> None:
    one = wanted(*[truncates(1000), of(OTHER)] * 9)
    assert "wrong hash" in refused(one).what
    assert server.ranges(one.url) == [None, "bytes=1000-"] * 2


def test_a_server_that_falls_silent(
    server: Server, wanted: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "READ_TIMEOUT", 0.2)
    one = wanted(stalls(1000))
    fetch(one)
    only(one)
    assert server.ranges(one.url) == [None, "bytes=1000-"]


def test_a_server_that_stays_silent(
    server: Server, wanted: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "READ_TIMEOUT", 0.05)
    one = wanted(ever=stalls(1000))
    error = refused(one)
    assert error.what == f"cannot fetch 1 file: {one.url}: timed out"
    assert "check the network" in error.remedy
    assert len(server.ranges(one.url)) == web.ATTEMPTS
    assert part_of(one).read_bytes() == BODY[: web.ATTEMPTS * 1000]


def test_nobody_listens(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{closed_port()}/f"
    error = refused(Wanted(url, tmp_path / "f", hash_of(BODY), None))
    assert error.output == f"{url}: Connection refused"


def test_no_such_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = refused(Wanted("http://mirror.invalid/f", tmp_path / "f", hash_of(BODY), None))
    assert error.output == "http://mirror.invalid/f: Name or service not known"
    assert "check the network" in error.remedy


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (hangs_up, "Remote end closed connection without response"),
        (truncates(10), "the connection broke before the end"),
        (without_length(10), "ended after 10 of 300000 bytes"),
        (status(503), "503 Service Unavailable"),
        (status(599), "599"),
        (status(429, Retry_After=1), "429 Too Many Requests"),
    ],
)
def test_what_goes_no_better(server: Server, wanted: Serve, answer: Answer, what: str) -> None:
    one = wanted(ever=answer)
    error = refused(one)
    assert error.output == f"{one.url}: {what}"
    assert "check the network and run it again" in error.remedy
    assert len(server.ranges(one.url)) == web.ATTEMPTS
    assert not one.file.exists()


def test_waits_grow(wanted: Serve, naps: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "FIRST_WAIT", 1)
    monkeypatch.setattr(web, "LONGEST_WAIT", 10)
    refused(wanted(ever=status(503)))
    assert len(naps) == web.ATTEMPTS - 1
    for nap, least in zip(naps, [1, 2, 4, 8, 10], strict=True):
        assert least <= nap <= min(least + 1, 10)


@pytest.mark.parametrize(
    ("after", "nap"),
    [
        ("7", 7),
        ("0", 0.5),
        ("99999", 60),
        ("9" * 5000, 60),
        ("Fri, 31 Dec 9998 23:59:59 GMT", 60),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.5),
        ("soon", 0.5),
        ("-7", 0.5),
        ("", 0.5),
        ("Fri, 31 Dec 99999999999999999999 23:59:59 GMT", 0.5),
    ],
)
def test_retry_after(
    wanted: Serve, naps: list[float], monkeypatch: pytest.MonkeyPatch, after: str, nap: float
) -> None:
    monkeypatch.setattr(web, "FIRST_WAIT", 0.5)
    monkeypatch.setattr(web, "LONGEST_WAIT", 60)
    one = wanted(status(429, Retry_After=after))
    fetch(one)
    only(one)
    assert len(naps) == 1
    if nap == 0.5:
        assert 0.5 <= naps[0] <= 1
    else:
        assert naps == [nap] or after == "9" * 5000


# Refusals


@pytest.mark.parametrize(
    ("code", "what", "remedy"),
    [
        (404, "404 Not Found", "the repository has newer packages: run `voidgen update xbps`"),
        (410, "410 Gone", "the repository has newer packages"),
        (403, "403 Forbidden", "check the repository's address"),
        (401, "401 Unauthorized", "netrc"),
        (304, "304 Not Modified", "check the repository's address"),
    ],
)
def test_refused_once(server: Server, wanted: Serve, code: int, what: str, remedy: str) -> None:
    one = wanted(ever=status(code))
    error = refused(one)
    assert error.what == f"cannot fetch 1 file: {one.url}: {what}"
    assert error.output == f"{one.url}: {what}"
    assert remedy in error.remedy
    assert server.ranges(one.url) == [None]
    assert list(one.file.parent.iterdir()) == []


def test_a_refusal_keeps_what_is_there(wanted: Serve) -> None:
    one = wanted(ever=status(404))
    part_of(one).write_bytes(BODY[:1000])
    refused(one)
    assert part_of(one).read_bytes() == BODY[:1000]


@pytest.mark.parametrize("size", [None, len(BODY)])
@pytest.mark.parametrize("at", [0, 150_000, len(BODY) - 1])
def test_one_wrong_byte(server: Server, wanted: Serve, at: int, size: int | None) -> None:
    altered = bytes(byte ^ (index == at) for index, byte in enumerate(BODY))
    one = wanted(ever=of(altered), size=size)
    error = refused(one)
    assert error.output == (
        f"{one.url}: wrong hash: expected {hash_of(BODY)}, got {hash_of(altered)}"
    )
    assert error.remedy.startswith("the repository's file differs from the locked one")
    assert not one.file.exists()
    assert not part_of(one).exists()
    assert server.ranges(one.url) == [None], "the whole came at once: it would be the same again"


@pytest.mark.parametrize("answer", [of(BODY + b"x"), endless()])
def test_too_long(wanted: Serve, answer: Answer, tmp_path: Path) -> None:
    one = wanted(ever=answer)
    error = refused(one)
    assert error.output == f"{one.url}: wrong size: expected {len(BODY)} bytes, got more"
    assert list(tmp_path.iterdir()) == []


def test_too_short(server: Server, wanted: Serve) -> None:
    one = wanted(ever=of(BODY[:1000]))
    error = refused(one)
    assert hash_of(BODY) in error.what
    assert hash_of(BODY[:1000]) in error.what
    assert server.ranges(one.url) == [None]


def test_content_encoding_is_not_undone(wanted: Serve) -> None:
    one = wanted(ever=encoded("gzip"))
    fetch(one)
    only(one)


@pytest.mark.parametrize("url", ["ftp://u:pw@h/f", "f", "http://", "http://u:pw@h:port/f", "//h"])
def test_no_web_address(tmp_path: Path, url: str) -> None:
    error = refused(Wanted(url, tmp_path / "f", hash_of(BODY), None))
    assert "pw" not in error.what + error.output + error.remedy
    assert list(tmp_path.iterdir()) == []


# Redirects


def test_redirected(server: Server, wanted: Serve, tmp_path: Path) -> None:
    there = wanted(truncates(1000))
    here = Wanted(server.serve(b"", ever=redirects(there.url)), tmp_path / "f", *_hash_and_size())
    fetch(here)
    only(here)
    assert server.ranges(there.url) == [None, "bytes=1000-"]


def test_what_a_redirect_says_is_not_read(server: Server, wanted: Serve, tmp_path: Path) -> None:
    answer = endless(302, Location=wanted().url)
    here = Wanted(server.serve(b"", answer), tmp_path / "f", *_hash_and_size())
    fetch(here)
    only(here)


def test_redirected_without_end(server: Server, tmp_path: Path) -> None:
    url = server.serve(b"", ever=redirects("?"))
    error = refused(Wanted(url, tmp_path / "f", *_hash_and_size()))
    assert error.output == f"{url}: the server redirects without end"


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://[", "http://h:port/", "\xff"])
def test_redirected_to_nonsense(server: Server, tmp_path: Path, target: str) -> None:
    refused(Wanted(server.serve(b"", ever=redirects(target)), tmp_path / "f", *_hash_and_size()))


def _hash_and_size() -> tuple[str, int]:
    return hash_of(BODY), len(BODY)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    """A server with a certificate of its own, and the certificate."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl")
    folder = tmp_path_factory.mktemp("tls")
    argv = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    argv += ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    argv += ["-keyout", "key", "-out", "certificate"]
    subprocess.run(argv, cwd=folder, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate", folder / "key")
    with serving(context) as running:
        yield running, folder / "certificate"


def test_a_certificate_that_nobody_vouches_for(tls: tuple[Server, Path], tmp_path: Path) -> None:
    server, _ = tls
    one = Wanted(server.serve(BODY), tmp_path / "f", *_hash_and_size())
    error = refused(one)
    assert "self" in error.what
    assert "certificates" in error.remedy
    assert server.ranges(one.url) == []


def test_a_certificate_of_ones_own(
    tls: tuple[Server, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, certificate = tls
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    one = Wanted(server.serve(BODY, truncates(1000)), tmp_path / "f", *_hash_and_size())
    fetch(one)
    only(one)


def test_no_certificates(
    tls: tuple[Server, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "missing"))
    error = refused(Wanted(tls[0].serve(BODY), tmp_path / "f", *_hash_and_size()))
    assert str(tmp_path / "missing") in error.what


def test_never_from_https_to_http(
    tls: tuple[Server, Path], wanted: Serve, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    safe, certificate = tls
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    unsafe = wanted()
    url = safe.serve(b"", ever=redirects(unsafe.url))
    error = refused(Wanted(url, unsafe.file, unsafe.hash, unsafe.size))
    assert error.output == f"{url}: redirects from https to http"
    assert server.ranges(unsafe.url) == []
    relative = safe.serve(b"", ever=redirects(safe.serve(BODY).removeprefix(safe.url(""))))
    fetch(Wanted(relative, unsafe.file, unsafe.hash, unsafe.size))
    only(unsafe)
    upgrade = server.serve(b"", ever=redirects(safe.serve(BODY)))
    unsafe.file.unlink()
    fetch(Wanted(upgrade, unsafe.file, unsafe.hash, unsafe.size))
    only(unsafe)


def test_https_where_http_is_spoken(server: Server, tmp_path: Path) -> None:
    url = server.url("/f").replace("http", "https")
    assert "check the network" in refused(Wanted(url, tmp_path / "f", *_hash_and_size())).remedy


# The environment


def _basic(user: str) -> str:
    return "Basic " + b64encode(user.encode()).decode()


def test_credentials_are_used_and_not_shown(server: Server, tmp_path: Path) -> None:
    path = server.serve(BODY).removeprefix(server.url(""))
    for path_asked, ends_well in ((path, True), ("/missing", False)):
        url = server.url(path_asked, user="jane:s3cret@")
        one = Wanted(url, tmp_path / "f", *_hash_and_size())
        if ends_well:
            fetch(one)
            only(one)
            one.file.unlink()
        else:
            error = refused(one)
            assert error.output == f"{server.url(path_asked)}: 404 Not Found"
            assert "s3cret" not in error.what + error.remedy
        assert server.asked[path_asked][0]["Authorization"] == _basic("jane:s3cret")


@pytest.mark.parametrize("proxied", [False, True])
def test_credentials_are_not_shown_where_nobody_listens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proxied: bool
) -> None:
    url = f"http://jane:s3cret@127.0.0.1:{closed_port()}/f"
    if proxied:
        monkeypatch.setenv("http_proxy", url)
    error = refused(Wanted(url, tmp_path / "f", *_hash_and_size()))
    assert "Connection refused" in error.output
    assert not {"jane", "s3cret"} & set((error.what + error.output).replace(":", "@").split("@"))


def test_netrc(server: Server, wanted: Serve, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login jane password s3cret\n")
    one = wanted()
    fetch(one)
    headers = server.asked[one.url.removeprefix(server.url(""))][0]
    assert headers["Authorization"] == _basic("jane:s3cret")


def test_proxy(
    server: Server, wanted: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = wanted().url.removeprefix(server.url(""))
    monkeypatch.setenv("http_proxy", server.url("", user="jane:s3cret@"))
    one = Wanted(f"http://mirror.invalid{path}", tmp_path / "f", *_hash_and_size())
    fetch(one)
    only(one)
    assert server.asked[path][0]["Host"] == "mirror.invalid"
    assert server.asked[path][0]["Proxy-Authorization"] == _basic("jane:s3cret")


# Several


def test_several_at_once(server: Server, tmp_path: Path) -> None:
    barrier = threading.Barrier(4)
    each = [
        Wanted(server.serve(BODY, together(barrier)), tmp_path / str(index), *_hash_and_size())
        for index in range(4)
    ]
    watch = fetch(*each, at_once=4)
    assert watch.transfers == [("packages", 4 * len(BODY))]
    assert watch.moved == 4 * len(BODY)
    for one in each:
        only(one)
        assert len(server.ranges(one.url)) == 1


def test_no_more_at_once_than_wished(tmp_path: Path) -> None:
    with serving() as server:
        each = [
            Wanted(server.serve(BODY, slow(3)), tmp_path / str(index), *_hash_and_size())
            for index in range(9)
        ]
        fetch(*each, at_once=3)
        assert server.busiest <= 3
        assert server.connections <= 3, "connections are kept"


def test_all_that_fails_is_told_and_the_rest_is_fetched(server: Server, tmp_path: Path) -> None:
    answers = [well, status(404), of(OTHER), status(404), status(500), well]
    each = [
        Wanted(server.serve(BODY, ever=answer), tmp_path / str(index), *_hash_and_size())
        for index, answer in enumerate(answers)
    ]
    error = refused(*each)
    assert error.what == f"cannot fetch 4 files, the first: {each[1].url}: 404 Not Found"
    assert error.output.splitlines() == [
        f"{each[1].url}: 404 Not Found",
        f"{each[2].url}: wrong hash: expected {hash_of(BODY)}, got {hash_of(OTHER)}",
        f"{each[3].url}: 404 Not Found",
        f"{each[4].url}: 500 Internal Server Error",
    ]
    assert error.remedy.count("the repository has newer packages") == 1
    assert "differs from the locked one" in error.remedy
    assert "check the network" in error.remedy
    only(each[0])
    only(each[5])
    assert len(list(tmp_path.iterdir())) == 2


def test_sizes_that_are_not_known_are_not_told(server: Server, tmp_path: Path) -> None:
    known = Wanted(server.serve(BODY), tmp_path / "a", *_hash_and_size())
    unknown = Wanted(server.serve(BODY), tmp_path / "b", hash_of(BODY), None)
    watch = fetch(known, unknown)
    assert watch.transfers == [("packages", len(BODY))]
    assert watch.moved == len(BODY)


def test_what_breaks_in_a_thread_is_raised(wanted: Serve) -> None:
    class Broken(Watch):
        def move(self, count: int) -> None:
            raise ZeroDivisionError(count)

    with pytest.raises(ZeroDivisionError):
        download.fetch([wanted()], Broken(), what="packages")


@pytest.mark.parametrize(("data", "ranges"), [(BODY, []), (OTHER, [None])])
def test_another_voidgen_fetches_the_same(
    server: Server,
    wanted: Serve,
    monkeypatch: pytest.MonkeyPatch,
    data: bytes,
    ranges: list[str | None],
) -> None:
    one = wanted()
    waits = threading.Event()
    lock = fcntl.flock

    def flock(stream: int, operation: int) -> None:
        waits.set()
        lock(stream, operation)

    watches: list[Watch] = []
    thread = threading.Thread(target=lambda: watches.append(fetch(one)))
    with part_of(one).open("wb") as stream:
        lock(stream, fcntl.LOCK_EX)
        monkeypatch.setattr(fcntl, "flock", flock)
        thread.start()
        assert waits.wait(60)
        stream.write(data)
        stream.flush()
        part_of(one).replace(one.file)
    thread.join()
    only(one)
    assert server.ranges(one.url) == ranges
    assert watches[0].moved == len(BODY)


def test_the_same_in_two_threads(server: Server, wanted: Serve) -> None:
    one = wanted(slow(10))
    threads = [threading.Thread(target=fetch, args=(one,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    only(one)
    assert server.ranges(one.url) == [None]


# Files of this machine


def test_a_folder_of_this_machine(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(BODY)
    one = Wanted(str(tmp_path / "source"), tmp_path / "f", *_hash_and_size())
    part_of(one).write_bytes(OTHER[:1000])
    assert fetch(one).moved == len(BODY)
    only(one)


@pytest.mark.parametrize("make", [None, Path.mkdir])
def test_no_such_file(tmp_path: Path, make: Callable[[Path], None] | None) -> None:
    source = tmp_path / "source"
    if make:
        make(source)
    error = refused(Wanted(str(source), tmp_path / "f", *_hash_and_size()))
    assert error.output == f"{source}: no such file"
    assert "newer packages" in error.remedy
    assert not (tmp_path / "f.part").exists()


@pytest.mark.parametrize("data", [OTHER, BODY + b"x", BODY[:-1]])
def test_a_wrong_file_of_this_machine(tmp_path: Path, data: bytes) -> None:
    source = tmp_path / "source"
    source.write_bytes(data)
    error = refused(Wanted(str(source), tmp_path / "f", *_hash_and_size()))
    assert error.output.startswith(f"{source}: wrong ")
    assert list(tmp_path.iterdir()) == [source]


# The disk


@pytest.mark.parametrize(
    ("path", "named"), [("file/f", "file"), ("file/d/f", "file/d"), ("folder", "folder")]
)
def test_no_place(wanted: Serve, tmp_path: Path, path: str, named: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    source = wanted()
    error = refused(Wanted(source.url, tmp_path / path, source.hash, source.size))
    assert error.output.startswith(str(tmp_path / named))
    assert "fix that" in error.remedy


def test_a_full_disk(wanted: Serve) -> None:
    one = wanted()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        error = refused(one)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert error.output == f"{one.file}: File too large"
    assert not one.file.exists()
    fetch(one)
    only(one)


# Killed

CODE = """
import signal, sys
from pathlib import Path
from voidgen import download
from voidgen.download import web
from voidgen.progress import NoProgress

web.READ_TIMEOUT = 10_000
signal.signal(signal.SIGINT, signal.default_int_handler)
url, file, hash, size = sys.argv[1:]
wanted = download.Wanted(url, Path(file), hash, int(size))
try:
    download.fetch([wanted], NoProgress(), what="packages")
except KeyboardInterrupt:
    sys.exit(77)
"""


@pytest.mark.parametrize(
    ("number", "end"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 77)]
)
def test_killed(server: Server, wanted: Serve, number: signal.Signals, end: int) -> None:
    one = wanted(stalls(200_000))
    argv = [sys.executable, "-c", CODE, one.url, str(one.file), str(one.hash), str(one.size)]
    with subprocess.Popen(argv) as process:
        try:
            while not (part_of(one).exists() and part_of(one).stat().st_size > 100_000):
                assert process.poll() is None
                time.sleep(0.01)
            process.send_signal(number)
            # Long before the server's silence is found too long.
            assert process.wait(60) == end
        finally:
            process.kill()
    assert not one.file.exists()
    left = part_of(one).stat().st_size
    assert part_of(one).read_bytes() == BODY[:left]
    sent = server.bytes_sent(one.url)
    assert fetch(one).moved == len(BODY)
    only(one)
    assert server.ranges(one.url) == [None, f"bytes={left}-"]
    assert server.bytes_sent(one.url) - sent == len(BODY) - left


def test_nothing_is_told_once_stopped() -> None:
    told: list[int] = []
    reporter = ByteReporter(told.append)
    reporter.report(1)
    reporter.report(0)
    reporter.stop()
    with pytest.raises(StoppedError):
        reporter.report(2)
    with pytest.raises(StoppedError):
        reporter.sleep(1000)
    assert told == [1]


# Anything

LENGTH = 3000
SMALL = BODY[:LENGTH]
PASSING = st.one_of(
    st.integers(0, LENGTH).map(truncates),
    st.integers(0, LENGTH).map(resets),
    st.integers(0, LENGTH).map(chunked),
    st.sampled_from([hangs_up, ignores_range, chunked(), well]),
    st.sampled_from([408, 416, 429, 500, 503]).map(status),
    st.sampled_from(["bytes 0-1/2", "nonsense"]).map(content_range),
)
PARTS = st.one_of(
    st.none(),
    st.integers(0, LENGTH).map(lambda count: SMALL[:count]),
    st.binary(max_size=LENGTH + 10),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    faults=st.lists(PASSING, max_size=4),
    part=PARTS,
    known=st.booleans(),
)
@example(faults=[status(416), status(416)], part=None, known=True)
def test_any_faults(
    server: Server,
    tmp_path_factory: pytest.TempPathFactory,
    faults: list[Answer],
    part: bytes | None,
    known: bool,
) -> None:
    folder = tmp_path_factory.mktemp("any")
    size = LENGTH if known else None
    one = Wanted(server.serve(SMALL, *faults), folder / "f", hash_of(SMALL), size)
    if part is not None:
        part_of(one).write_bytes(part)
    for _ in faults:
        try:
            watch = fetch(one)
            break
        except StepFailedError as error:
            # NoProgress may say 416 where no range was asked for.
            assert "416" in error.what  # noqa: PT017 - it may go well, too
            assert not one.file.exists()
    else:
        watch = fetch(one)
    assert one.file.read_bytes() == SMALL
    assert list(folder.iterdir()) == [one.file]
    assert watch.moved == (LENGTH if known else 0)
