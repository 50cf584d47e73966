"""Packages come from a mirror if their repository fails; if it is away, it is not asked again."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from attrs import evolve

from voidgen.nix import fetchers, store_paths
from voidgen.nix.caches import NO_CACHES
from voidgen.nix.fetchers import File, Prefetched
from voidgen.progress import NoProgress
from voidgen.system.network_faults import Kind, NetworkFault, UnreachableError
from voidgen.xbps import fetch
from voidgen.xbps.types import Package

HERE, MIRROR = "https://repo.example/current", "https://mirror.example"
EACH = [
    Package(f"{name}-1_1", "x86_64", HERE, f"sha256-{'A' * 43}=", 1, ("rootfs",))
    for name in ("a", "b", "c")
]


@pytest.fixture(autouse=True)
def empty_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "AT_ONCE", 1)
    monkeypatch.setattr(store_paths, "fixed_files", lambda files: [Path(n) for n, _ in files])
    monkeypatch.setattr(store_paths, "invalid", set)
    monkeypatch.setattr(store_paths, "substitute", lambda *_: None)


def asked(monkeypatch: pytest.MonkeyPatch, kind: Kind, *hosts: str) -> list[str]:
    """Let ``hosts`` fail; return the list that gets the URLs that are asked for."""
    urls: list[str] = []

    def prefetch(url: str, **_: object) -> Prefetched:
        urls.append(url)
        host = url.split("/")[2]
        if host in hosts:
            raise UnreachableError(NetworkFault(host, kind))
        return Prefetched("", Path(url))

    def prefetch_batch(files: Sequence[File]) -> list[Path]:
        return [prefetch(one.url).path for one in files]

    monkeypatch.setattr(fetchers, "prefetch_file", prefetch)
    monkeypatch.setattr(fetchers, "prefetch_files", prefetch_batch)
    return urls


@pytest.fixture(params=[0, fetch.BATCH], ids=["one at a time", "a batch"])
def batch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Return whether one process fetches all packages."""
    monkeypatch.setattr(fetch, "BATCH", request.param)
    return bool(request.param)


@pytest.mark.usefixtures("batch")
def test_a_server_that_is_away_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    urls = asked(monkeypatch, "away", "repo.example", "mirror.example")
    with pytest.raises(UnreachableError, match=r"repo\.example: is there"):
        fetch.packages(EACH, [MIRROR], NoProgress(), NO_CACHES)
    assert urls == [f"{HERE}/{EACH[0].file}", f"{MIRROR}/{EACH[0].file}"]


@pytest.mark.usefixtures("batch")
def test_a_mirror_that_answers_has_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    urls = asked(monkeypatch, "away", "repo.example")
    fetch.packages(EACH, [MIRROR], NoProgress(), NO_CACHES)
    assert urls == [f"{HERE}/{EACH[0].file}", *(f"{MIRROR}/{one.file}" for one in EACH)]


def test_a_connection_that_breaks_says_nothing_of_other_files(
    monkeypatch: pytest.MonkeyPatch, *, batch: bool
) -> None:
    urls = asked(monkeypatch, "broken", "repo.example")
    fetch.packages(EACH, [MIRROR], NoProgress(), NO_CACHES)
    assert len(urls) == 2 * len(EACH) + batch


def test_a_batch_has_small_files_of_one_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    asked(monkeypatch, "away")
    batches: list[list[str]] = []
    monkeypatch.setattr(fetchers, "prefetch_files", lambda files: batches.append(
        [one.name.partition("-")[0] for one in files]
    ))  # fmt: skip
    small, large = fetch.BATCH // 2, fetch.BATCH
    sizes = {"a": small, "b": small, "c": 1, "d": 1, "e": large, "f": 1, "g": 1}
    other = {"d": MIRROR, "e": MIRROR, "f": MIRROR, "g": MIRROR}
    each = [
        evolve(EACH[0], pkgver=f"{name}-1_1", size=size, repository=other.get(name, HERE))
        for name, size in sizes.items()
    ]
    fetch.packages(each, [], NoProgress(), NO_CACHES)
    assert batches == [["a", "b"], ["f", "g"]]
