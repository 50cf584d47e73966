"""The compression that `voidgen push` chooses for a store."""

import pytest

from voidgen.release import push


@pytest.mark.parametrize(
    ("store", "expected"),
    [
        ("file:///srv/cache", "file:///srv/cache?compression=zstd"),
        ("http://cache.example.org", "http://cache.example.org?compression=zstd"),
        ("https://cache.example.org/x", "https://cache.example.org/x?compression=zstd"),
        ("s3://bucket?region=eu", "s3://bucket?region=eu&compression=zstd"),
        ("s3://bucket?", "s3://bucket?compression=zstd"),
        ("s3://b?compression-level=3&x=", "s3://b?compression-level=3&x=&compression=zstd"),
    ],
)
def test_binary_caches_are_compressed_with_zstd(store: str, expected: str) -> None:
    assert push.compressed(store) == expected


@pytest.mark.parametrize(
    "store",
    [
        "file:///srv/cache?compression=xz",
        "s3://bucket?endpoint=x&compression=none",
        "s3://bucket?compression=",
        "ssh://builder",
        "ssh-ng://builder?remote-store=/srv",
        "local:///srv",
        "daemon://",
    ],
)
def test_other_urls_stay_as_they_are(store: str) -> None:
    assert push.compressed(store) == store
