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


def hangs(request: Request) -> None:
    """Never answers; ends once the other side has closed the connection."""
    request.rfile.read(1)
    request.close_connection = True
