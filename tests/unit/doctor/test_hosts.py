"""`voidgen doctor` on the hosts that Nix and the project download from."""

from pathlib import Path

import pytest
from tests.support.program import write
from tests.unit.doctor.test_doctor import by_name, program

from voidgen import config
from voidgen.doctor import hosts
from voidgen.doctor.host import Host
from voidgen.outcome.types import Outcome

NIX = """case "$*" in
--version) echo "nix (Nix) 2.34.8" ;;
*show-config) echo "substituters = https://cache.good https://cache.away https://web.good" ;;
*--store\\ https://cache.good*) ;;
*good*|*github*) echo "error: not a binary cache" >&2; exit 1 ;;
*proxied*) echo "error: unable to download 'https://proxied/': Could not connect to server (7)" \\
    "Failed to connect to proxied:443 over proxy 10.0.0.1 after 0 ms" >&2; exit 1 ;;
*wrong*) echo "error: unable to download 'https://wrong/': SSL connect error (35)" >&2; exit 1 ;;
*) echo "error: unable to download 'https://x/': Couldn't resolve host name (6)" >&2; exit 1 ;;
esac"""
GIT = """echo "$GIT_TERMINAL_PROMPT $*" >> {calls}
case "$*" in
*away*) echo "fatal: unable to access 'https://git.away/x/': Could not resolve host: git.away" >&2
    exit 128 ;;
esac
exit 1"""
CONFIG = """[image]
name = "a"
[nix]
nixpkgs = "{nixpkgs}"
[nix.sets.old]
nixpkgs = "github:NixOS/nixpkgs/nixos-25.05"
[nix.sets.tools]
flake = "https://tools.good/tools.tar.gz"
[xbps]
repositories = ["https://repo.good/current", "/srv/packages"]
mirrors = ["https://proxied/old", "https://repo.good/old"]
[mklive]
source = "git+https://git.away/mklive"
[container]
image = "wrong:5000/image@sha256:{digest}"
"""


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Outcome]:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    text = CONFIG.format(nixpkgs="github:NixOS/nixpkgs", digest="0" * 64)
    write(tmp_path, {"voidgen.toml": text})
    program(tmp_path / "bin", "nix", NIX)
    program(tmp_path / "bin", "git", GIT.format(calls=tmp_path / "calls"))
    return by_name(hosts.check(Host(), tmp_path, config.load(tmp_path)))


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("api.github.com", "answers (nixpkgs, old)"),
        ("github.com", "answers (nixpkgs, old)"),
        ("tools.good", "answers (tools)"),
        ("repo.good", "answers (repository, mirror)"),
        ("cache.good", "answers (substituter)"),
    ],
)
def test_hosts_that_answer_pass(found: dict[str, Outcome], name: str, about: str) -> None:
    assert (found[name].state, found[name].about) == ("passed", about)


@pytest.mark.parametrize(
    ("name", "about", "detail"),
    [
        ("git.away", "no answer (mklive)", hosts.NETWORK),
        ("proxied", "no answer through the proxy 10.0.0.1 (mirror)", hosts.NETWORK),
        ("cache.away", "no answer (substituter)", hosts.OFFLINE),
        # A substituter must be one.
        ("web.good", "error: not a binary cache (substituter)", hosts.OFFLINE),
    ],
)
def test_hosts_that_do_not_answer_are_warnings(
    found: dict[str, Outcome], name: str, about: str, detail: str
) -> None:
    one = found[name]
    assert (one.state, one.about, one.detail) == ("warning", about, detail)


def test_certificates_are_a_problem_of_their_own(found: dict[str, Outcome]) -> None:
    assert found["wrong:5000"].about == "no secure connection (container image)"
    assert found["wrong:5000"].detail.startswith("check this machine's clock")


def test_git_asks_nobody_for_a_password(found: dict[str, Outcome], tmp_path: Path) -> None:
    assert found
    assert (tmp_path / "calls").read_text() == "0 ls-remote -- https://git.away/mklive HEAD\n"


def test_nothing_is_asked_if_nix_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert list(hosts.check(Host(), None, None)) == []


@pytest.mark.parametrize(
    ("reference", "asked"),
    [
        ("github:a/b?host=git.example", ["https://git.example/"]),
        ("gitlab:a/b", ["https://gitlab.com/"]),
        ("sourcehut:~a/b", ["https://git.sr.ht/"]),
        ("https://h/x.tar.gz?rev=1", ["https://h/x.tar.gz"]),
        ("tarball+https://h/x", ["https://h/x"]),
        ("git+ssh://git@h/x", ["ssh://git@h/x"]),
        ("git+file:///srv/x", []),
        ("./set", []),
    ],
)
def test_each_kind_of_reference_has_its_hosts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reference: str, asked: list[str]
) -> None:
    calls = tmp_path / "asked"
    answer = f'echo "$*" >> {calls}'
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    program(tmp_path / "bin", "nix", f'case "$*" in *--store*) {answer} ;; esac')
    program(tmp_path / "bin", "git", answer)
    toml = CONFIG.format(nixpkgs=reference, digest="0" * 64).partition("[nix.sets")[0]
    write(tmp_path, {"voidgen.toml": toml, "set/default.nix": "_: { }"})
    outcomes = list(hosts.check(Host(), tmp_path, config.load(tmp_path)))
    assert len(outcomes) == len(asked)
    lines = calls.read_text().splitlines() if asked else []
    for line, url in zip(lines, asked, strict=True):
        assert url in line.split()
