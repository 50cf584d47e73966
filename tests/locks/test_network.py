"""Without a network, or with a server that fails, voidgen says which host does not answer."""

from pathlib import Path

import pytest
from tests.locks.project import clone, project, toml
from tests.locks.site import Site
from tests.support.http_faults import Server, closed_port, hangs, hangs_up
from tests.support.program import voidgen

from voidgen.doctor import hosts
from voidgen.doctor.host import Host
from voidgen.nix import limits
from voidgen.nix.limits import Limits

INDEX = "x86_64-repodata"
SHORT = Limits(1, 1, attempts=1)
"""The shortest that Nix knows."""


@pytest.fixture(autouse=True)
def without_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CHECK", SHORT)
    for name in ("http_proxy", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


def test_add_gives_up_a_server_that_hangs(site: Site, server: Server, tmp_path: Path) -> None:
    folder = project(tmp_path / "project", toml(site.origin.mklive, [site.url]))
    site.answer(INDEX, *[hangs] * 9)
    ran = voidgen("add", "xbps", "zhs", cwd=folder)
    said = f"cannot reach 127.0.0.1:{server.server_port}: is there a network?"
    assert ran.status == 0
    assert f"note: voidgen could not check zhs: {said}\n" in ran.err
    assert site.times(INDEX) <= 1


def test_search_gives_up_a_proxy_that_hangs(
    site: Site, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = toml(site.origin.mklive, ["http://nowhere.invalid/current"])
    folder = project(tmp_path / "project", text)
    monkeypatch.setenv("http_proxy", server.url(""))
    site.answer(INDEX, *[hangs] * 9)
    ran = voidgen("search", "--only", "xbps", "zsh", cwd=folder)
    assert ran.status == 1
    said = (
        "warning: Void packages were not searched: cannot reach nowhere.invalid through the proxy"
    )
    assert f"{said} 127.0.0.1:{server.server_port}: is there a network?\n" in ran.err
    assert site.times(INDEX) <= 1


def test_add_gives_up_a_git_server_behind_a_proxy_that_hangs(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '[image]\nname = "a"\n[nix]\nnixpkgs = "git+http://nowhere.invalid/set"\n'
    folder = project(tmp_path / "project", text)
    monkeypatch.setenv("http_proxy", server.url(""))
    server.answers["/set/info/refs"] = iter([hangs] * 9)
    ran = voidgen("add", "nix", "zsh", cwd=folder)
    said = f"cannot reach nowhere.invalid through the proxy 127.0.0.1:{server.server_port}: is "
    assert ran.status == 0
    assert f"note: voidgen could not check zsh: {said}" in ran.err


def test_lock_names_a_server_that_hangs_up(site: Site, server: Server, tmp_path: Path) -> None:
    folder = project(tmp_path / "project", toml(site.origin.mklive, [site.url]))
    site.answer(INDEX, *[hangs_up] * 9)
    ran = voidgen("--quiet", "lock", cwd=folder)
    first, *more = ran.err.splitlines()
    assert ran.status == 1
    assert first == f"voidgen: cannot reach 127.0.0.1:{server.server_port}: is there a network?"
    assert len(more) == 1
    assert not (folder / "flake.lock").exists()


@pytest.mark.usefixtures("nothing_fetched")
def test_a_proxy_that_refuses_is_named_once_for_all_packages(
    locked: Path, site: Site, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = clone(locked, tmp_path / "project")
    proxy = f"127.0.0.1:{closed_port()}"
    monkeypatch.setenv("http_proxy", f"http://{proxy}")
    said = f"cannot reach 127.0.0.1:{server.server_port} through the proxy {proxy}: is there a"
    ran = voidgen("--quiet", "fetch", cwd=folder)
    assert ran.status == 1
    assert ran.err.startswith(f"voidgen: {said} network?\n")
    assert len(ran.err.splitlines()) == 2
    assert site.asked() == []


def test_nixs_own_words_are_shown_by_verbose(site: Site, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{closed_port()}/current"
    folder = project(tmp_path / "project", toml(site.origin.mklive, [url]))
    ran = voidgen("-v", "lock", cwd=folder)
    assert ran.status == 1
    assert "| error: unable to download" in ran.err
    assert ran.err.splitlines()[-2].endswith("is there a network?")


def test_doctor_asks_with_nix(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosts, "LIMITS", SHORT)
    server.answers["/hangs/nix-cache-info"] = iter([hangs] * 9)
    gone = f"http://127.0.0.1:{closed_port()}"
    monkeypatch.setenv("NIX_CONFIG", f"substituters = {server.url('/hangs')} {gone}")
    for one in hosts.check(Host(tmp_path), None, None):
        assert (one.state, one.about) == ("warning", "no answer (substituter)")
