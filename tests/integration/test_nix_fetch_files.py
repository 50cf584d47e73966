"""Fetch files with the real Nix, from a server on this machine that may fail."""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.http_faults import Request, Server, closed_port, serving, status, truncates, well

from voidgen.errors import StepFailedError
from voidgen.nix import fetchers
from voidgen.system import process, sri
from voidgen.system.network_faults import UnreachableError

BODY = bytes(range(256)) * 400


@pytest.fixture
def server(chosen_nix: dict[str, str]) -> Iterator[Server]:
    assert chosen_nix
    with serving() as found:
        yield found


def test_prefetch_file_returns_hash_and_store_path(server: Server) -> None:
    url = server.serve(BODY)
    found = fetchers.prefetch_file(url, name="a-name")
    assert found.hash == sri.of_bytes(BODY)
    assert found.path.read_bytes() == BODY
    assert found.path.name.endswith("-a-name")
    assert found.url == ""
    assert fetchers.prefetch_file(url).path.name.endswith("-file"), "the last part of its URL"


def test_a_file_in_the_store_is_not_fetched_again_if_its_hash_is_known(server: Server) -> None:
    url = server.serve(BODY)
    first = fetchers.prefetch_file(url, name="x")
    assert fetchers.prefetch_file(url, name="x", expected=first.hash) == first
    assert len(server.ranges(url)) == 1
    # Without a hash, the file may have changed.
    assert fetchers.prefetch_file(url, name="x") == first
    assert len(server.ranges(url)) == 2


def test_a_missing_file_is_requested_once(server: Server) -> None:
    url = server.url("/missing")
    for expected in ("", sri.of_bytes(b"missing")):
        with pytest.raises(fetchers.NotFoundError) as caught:
            fetchers.prefetch_file(url, expected=expected)
        assert url in caught.value.output
    assert len(server.ranges(url)) == 2, "one request each"


def test_a_file_with_another_hash_is_refused_and_requested_once(server: Server) -> None:
    url = server.serve(BODY)
    with pytest.raises(fetchers.OtherBytesError):
        fetchers.prefetch_file(url, expected=sri.of_bytes(b"others"))
    assert len(server.ranges(url)) == 1, "they would be the same again"


def test_a_request_to_a_busy_server_is_repeated(server: Server) -> None:
    url = server.serve(BODY, status(503), status(502))
    assert fetchers.prefetch_file(url).hash == sri.of_bytes(BODY)
    assert len(server.ranges(url)) == 3


def test_a_password_comes_from_the_netrc_file_of_nix_conf(
    chosen_nix: dict[str, str], server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asks_for_a_login(request: Request) -> None:
        given = request.headers.get("Authorization")
        (well if given == f"Basic {b64encode(b'jane:s3cret').decode()}" else status(401))(request)

    url = server.serve(BODY, ever=asks_for_a_login)
    with pytest.raises(StepFailedError) as caught:
        fetchers.prefetch_file(url)
    assert "~/.netrc" in caught.value.remedy
    assert "netrc-file = PATH" in caught.value.remedy
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login jane password s3cret\n")
    monkeypatch.setenv("NIX_CONFIG", f"{chosen_nix['NIX_CONFIG']}\nnetrc-file = {netrc}\n")
    assert fetchers.prefetch_file(url).hash == sri.of_bytes(BODY)


def test_an_interrupted_download_is_repeated(server: Server) -> None:
    """Nix itself gives up, because this server does not accept ranges."""
    url = server.serve(BODY, truncates(1000), truncates(50_000))
    assert fetchers.prefetch_file(url).hash == sri.of_bytes(BODY)
    assert server.ranges(url) == [None] * 3


def test_a_download_that_is_always_interrupted_fails_in_the_end(server: Server) -> None:
    url = server.serve(BODY, ever=truncates(1000))
    with pytest.raises(StepFailedError) as caught:
        fetchers.prefetch_file(url)
    assert "Transferred a partial file" in caught.value.output
    assert len(server.ranges(url)) == process.ATTEMPTS


def test_an_unreachable_server_is_an_error_that_names_it(
    chosen_nix: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Between its own attempts, Nix waits for seconds.
    monkeypatch.setenv("NIX_CONFIG", f"{chosen_nix['NIX_CONFIG']}\ndownload-attempts = 1\n")
    host = f"127.0.0.1:{closed_port()}"
    with pytest.raises(UnreachableError) as caught:
        fetchers.prefetch_file(f"http://{host}/x")
    assert (caught.value.fault.host, caught.value.output) == (host, "")
