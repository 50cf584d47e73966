"""A web server on this machine that fails in the ways in which servers and networks do.

Each file that is served has a list of answers, one for each request; after them it is served
well. Answers are functions of the `Request`.
"""

import itertools
import re
import socket
import ssl
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Request(BaseHTTPRequestHandler):
    """One request and the means to answer it."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def setup(self) -> None:
        super().setup()
        with self.server.lock:
            self.server.connections += 1

    @property
    def route(self) -> str:
        """The path that is asked for, by way of a proxy or not."""
        return urlsplit(self.path).path

    @property
    def body(self) -> bytes:
        """The whole file."""
        return self.server.bodies[self.route]

    @property
    def start(self) -> int:
        """The first byte that is asked for."""
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        return int(found[1]) if found else 0

    def head(self, code: int, **headers: object) -> None:
        """Status and headers, _ for - in their names."""
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    def send(self, data: bytes) -> None:
        """A piece of the body."""
        # First, so that whoever has the data finds it counted.
        with self.server.lock:
            self.server.sent[self.route] += len(data)
        self.wfile.write(data)

    def do_GET(self) -> None:
        with self.server.lock:
            self.server.asked[self.route].append(dict(self.headers))
            answer = next(self.server.answers.get(self.route, iter(())), None)
            self.server.active += 1
            self.server.busiest = max(self.server.busiest, self.server.active)
        try:
            if answer is None:
                answer = well if self.route in self.server.bodies else status(404)
            answer(self)
        except OSError:
            # The other side does not listen any more.
            self.close_connection = True
        finally:
            with self.server.lock:
                self.server.active -= 1

    def log_message(self, *_: object) -> None:
        pass


Answer = Callable[[Request], None]


class Server(ThreadingHTTPServer):
    """What it served is kept by path; `serve` gives each file a path of its own."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.lock = threading.Lock()
        self.bodies: dict[str, bytes] = {}
        self.answers: dict[str, Iterator[Answer]] = {}
        self.asked: defaultdict[str, list[Mapping[str, str]]] = defaultdict(list)
        self.sent: defaultdict[str, int] = defaultdict(int)
        self.connections = 0
        self.active = 0
        self.busiest = 0
        self.scheme = "http"
        self._paths = map("/{}/file".format, itertools.count())

    def serve(self, body: bytes, *first: Answer, ever: Answer | None = None) -> str:
        """Serve ``body``, with answers ``first``, then ``ever`` (well); returns the URL."""
        path = next(self._paths)
        self.bodies[path] = body
        self.answers[path] = itertools.chain(first, itertools.repeat(ever) if ever else ())
        return self.url(path)

    def url(self, path: str, user: str = "") -> str:
        """The URL of a path, served or not."""
        return f"{self.scheme}://{user}127.0.0.1:{self.server_port}{path}"

    def ranges(self, url: str) -> list[str | None]:
        """The Range of each request for a file."""
        return [headers.get("Range") for headers in self.asked[urlsplit(url).path]]

    def bytes_sent(self, url: str) -> int:
        """How many bytes of bodies were sent for a file."""
        return self.sent[urlsplit(url).path]

    def handle_error(self, *_: object) -> None:
        """A client that went away is no news."""


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server in a thread, until left."""
    with Server() as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, True, do_handshake_on_connect=False)
            server.scheme = "https"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


_taken: list[socket.socket] = []


def closed_port() -> int:
    """A port that nobody listens at, nor will while the tests run."""
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    _taken.append(taken)
    port: int = taken.getsockname()[1]
    return port


def _head(request: Request, **headers: object) -> bytes:
    """Announce what is asked for, and return it."""
    rest = request.body[request.start :]
    if request.start >= len(request.body) and request.start:
        request.head(416, Content_Length=0)
    elif request.start:
        end, size = len(request.body) - 1, len(request.body)
        span = f"bytes {request.start}-{end}/{size}"
        request.head(206, **{"Content_Length": len(rest), "Content_Range": span} | headers)
    else:
        request.head(200, **{"Content_Length": len(rest)} | headers)
    return rest


def well(request: Request) -> None:
    """What a server should do."""
    request.send(_head(request))


def status(code: int, **headers: object) -> Answer:
    """A status, and a body that is not the file."""

    def answer(request: Request) -> None:
        request.head(code, Content_Length=7, **headers)
        request.wfile.write(b"no file")

    return answer


def truncates(count: int) -> Answer:
    """Announces all, and ends the connection after ``count`` bytes of it."""

    def answer(request: Request) -> None:
        request.send(_head(request)[:count])
        request.close_connection = True

    return answer


def resets(count: int) -> Answer:
    """Breaks the connection after ``count`` bytes."""

    def answer(request: Request) -> None:
        request.send(_head(request)[:count])
        linger = struct.pack("ii", 1, 0)
        request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        request.connection.close()
        request.close_connection = True

    return answer


def hangs_up(request: Request) -> None:
    """Ends the connection without an answer."""
    request.close_connection = True


def stalls(count: int) -> Answer:
    """Sends ``count`` bytes, and nothing more until the other side goes."""

    def answer(request: Request) -> None:
        request.send(_head(request)[:count])
        request.connection.recv(1)
        request.close_connection = True

    return answer


def slow(pieces: int) -> Answer:
    """Sends little by little."""

    def answer(request: Request) -> None:
        rest = _head(request)
        step = len(rest) // pieces + 1
        for at in range(0, len(rest), step):
            request.send(rest[at : at + step])
            time.sleep(0.01)

    return answer


def without_length(count: int | None = None) -> Answer:
    """Sends ``count`` bytes, or all, and the end of the connection is the end of them."""

    def answer(request: Request) -> None:
        request.head(200, Connection="close")
        request.send(request.body[:count])
        request.close_connection = True

    return answer


def chunked(count: int | None = None) -> Answer:
    """Sends ``count`` bytes, or all, in chunks; the last is missing where not all were sent."""

    def answer(request: Request) -> None:
        request.head(200, Transfer_Encoding="chunked")
        for at in range(0, len(request.body[:count]), 1000):
            _chunk(request, request.body[:count][at : at + 1000])
        if count is None:
            _chunk(request, b"")
        request.close_connection = True

    return answer


def _chunk(request: Request, data: bytes) -> None:
    request.wfile.write(b"%x\r\n" % len(data))
    request.send(data)
    request.wfile.write(b"\r\n")


def endless(code: int = 200, **headers: object) -> Answer:
    """Sends until the other side goes."""

    def answer(request: Request) -> None:
        request.head(code, Transfer_Encoding="chunked", **headers)
        while True:
            _chunk(request, bytes(1000))

    return answer


def of(other: bytes) -> Answer:
    """Serves another file, ranges of it too."""

    def answer(request: Request) -> None:
        body = other[request.start :]
        if request.start:
            span = f"bytes {request.start}-{len(other) - 1}/{len(other)}"
            request.head(206, Content_Length=len(body), Content_Range=span)
        else:
            request.head(200, Content_Length=len(body))
        request.send(body)

    return answer


def ignores_range(request: Request) -> None:
    """Sends all, whatever is asked for."""
    request.head(200, Content_Length=len(request.body))
    request.send(request.body)


def content_range(span: str) -> Answer:
    """Sends the rest and says that it is another."""

    def answer(request: Request) -> None:
        request.send(_head(request, Content_Range=span))

    return answer


def part_of_range(count: int) -> Answer:
    """Sends ``count`` bytes of what is asked for, and says so."""

    def answer(request: Request) -> None:
        rest, start, size = request.body[request.start :][:count], request.start, len(request.body)
        span = f"bytes {start}-{start + len(rest) - 1}/{size}"
        request.head(206, Content_Length=len(rest), Content_Range=span)
        request.send(rest)

    return answer


def encoded(encoding: str) -> Answer:
    """Sends the file, and says that it is encoded for the way."""

    def answer(request: Request) -> None:
        request.send(_head(request, Content_Encoding=encoding))

    return answer


def redirects(url: str) -> Answer:
    """The file is elsewhere."""
    return status(302, Location=url)


def together(barrier: threading.Barrier) -> Answer:
    """Answers once as many ask at the same time as the barrier is for; else hangs up."""

    def answer(request: Request) -> None:
        try:
            barrier.wait(60)
        except threading.BrokenBarrierError:
            hangs_up(request)
        else:
            well(request)

    return answer
