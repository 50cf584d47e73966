"""What each release of Nix prints if it cannot reach a host: voidgen finds the host in it."""

from collections.abc import Iterator

import pytest
from tests.integration.offline import CONFIG, Nix
from tests.nix_versions.releases import Releases
from tests.support.http_faults import Server, closed_port, hangs, hangs_up, serving

from voidgen.nix.commands import FLAKES
from voidgen.nix.limits import Limits
from voidgen.system.network_faults import NetworkFault, fault_in

pytestmark = pytest.mark.nix_versions
SHORT = Limits(1, 1, attempts=1)
"""The shortest that Nix knows."""
FETCHED = """derivation {
  name = "x";
  system = "builtin";
  builder = "builtin:fetchurl";
  url = "URL";
  outputHashMode = "flat";
  outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuF0=";
}"""
PREFETCH = ("nix", "store", "prefetch-file")
TREE = ("nix", "flake", "prefetch")


@pytest.fixture
def nix(releases: Releases, suite: str) -> Iterator[Nix]:
    with releases.use(suite) as found:
        yield found


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


def said(nix: Nix, *words: str, **env: str) -> NetworkFault | None:
    flakes = FLAKES if words[0] == "nix" else ()
    config = f"{CONFIG}\nsubstituters ="
    given = {"NIX_CONFIG": config, "no_proxy": "", "http_proxy": "", "all_proxy": "", **env}
    return fault_in(nix.fail(*words, *flakes, *SHORT.options(), **given))


def test_a_host_that_refuses(nix: Nix) -> None:
    host = f"127.0.0.1:{closed_port()}"
    away = NetworkFault(host, "away")
    for words in (
        (*PREFETCH, f"http://{host}/x"),
        (*TREE, f"http://{host}/x.tar.gz"),
        (*TREE, f"git+http://{host}/x"),
        ("nix", "store", "ping", "--store", f"http://{host}"),
        ("nix-build", "--no-out-link", "--expr", FETCHED.replace("URL", f"http://{host}/x")),
    ):
        assert said(nix, *words) == away, words


def test_a_proxy_that_refuses(nix: Nix, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = f"127.0.0.1:{closed_port()}"
    monkeypatch.setenv("http_proxy", f"http://{proxy}")
    found = NetworkFault("nowhere.invalid", "away", proxy)
    for words in ((*PREFETCH, "http://nowhere.invalid/x"), (*TREE, "git+http://nowhere.invalid/x")):
        assert said(nix, *words, http_proxy=f"http://{proxy}") == found, words


def test_a_server_that_hangs_or_hangs_up(nix: Nix, server: Server) -> None:
    for answer in (hangs, hangs_up):
        url = server.serve(b"", ever=answer)
        found = said(nix, *PREFETCH, url)
        assert found == NetworkFault(f"127.0.0.1:{server.server_port}", "broken"), answer
