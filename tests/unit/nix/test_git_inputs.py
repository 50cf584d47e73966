"""Git inputs whose host does not answer, with stand-ins for Nix and git."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.stand_in import StandIns

from voidgen.nix import fetchers, git_hosts, limits
from voidgen.system import process
from voidgen.system.network_faults import UnreachableError

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://git.example.org/x"
PIN = {"type": "git", "url": URL, "rev": "1" * 40, "narHash": "sha256-x"}
NOT_HERE = (1, "", "error: transport 'https' not allowed")
AWAY = (128, "", f"fatal: unable to access '{URL}/': Could not resolve host: git.example.org")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    found = StandIns(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(found.folder))
    monkeypatch.setattr(process, "LONGEST_WAIT", 0)
    return found


def test_a_tree_of_this_machine_needs_no_host(programs: StandIns, tmp_path: Path) -> None:
    programs.add("nix-instantiate", (0, f'"{tmp_path}"', ""))
    programs.add("git", AWAY)
    assert fetchers.fetch_tree(PIN, limits.FETCH) == tmp_path
    assert programs.starts("git") == []


def test_a_host_that_does_not_answer_is_asked_only_once(programs: StandIns) -> None:
    programs.add("nix-instantiate", NOT_HERE)
    programs.add("git", AWAY)
    with pytest.raises(UnreachableError, match=r"^cannot reach git\.example\.org"):
        fetchers.fetch_tree(PIN, limits.FETCH)
    assert len(programs.starts("nix-instantiate")) == 1
    # The stand-in reads -- as the end of a start.
    assert programs.starts("git") == [["ls-remote"], [URL, "HEAD"]]


def test_a_host_that_never_answers_is_given_up(
    programs: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, timeout: float, **__: object) -> None:
        assert timeout <= 20
        raise TimeoutError

    programs.add("nix-instantiate", NOT_HERE)
    monkeypatch.setattr(git_hosts, "run", never)
    with pytest.raises(UnreachableError, match=r"^cannot reach git\.example\.org"):
        fetchers.fetch_tree(PIN, limits.FETCH)


def test_a_host_that_answers_is_fetched_from(programs: StandIns, tmp_path: Path) -> None:
    programs.add("nix-instantiate", NOT_HERE, (0, f'"{tmp_path}"', ""))
    programs.add("git", (0, "", ""))
    assert fetchers.fetch_tree(PIN, limits.FETCH) == tmp_path


def test_git_is_kept_from_hosts() -> None:
    assert limits.NO_HOST.env()["GIT_ALLOW_PROTOCOL"] == "file"
    assert "GIT_ALLOW_PROTOCOL" not in limits.FETCH.env()
