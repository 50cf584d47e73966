from typing import Any

import pytest

from voidgen.nix import flake_attributes

HASH = "sha256-xX+/="
GITHUB = {"type": "github", "owner": "a", "repo": "b"}
PINNED = {**GITHUB, "rev": "0123456789abcdef", "narHash": HASH}
REV = "549bd84d6279f9852cae6225e372cc67fb91a4c1"


@pytest.mark.parametrize(
    ("reference", "attributes"),
    [
        ("github:a/b", GITHUB),
        ("github:a/b/nixos-unstable", GITHUB | {"ref": "nixos-unstable"}),
        (f"github:a/b/{REV}", GITHUB | {"rev": REV}),
        ("github:a/b?dir=c&host=x.org", GITHUB | {"dir": "c", "host": "x.org"}),
        ("gitlab:a%2Fb/c", {"type": "gitlab", "owner": "a/b", "repo": "c"}),
        ("git+https://x.org/y", {"type": "git", "url": "https://x.org/y"}),
        (
            "git+file:///y?ref=main&shallow=1",
            {"type": "git", "url": "file:///y", "ref": "main", "shallow": "1"},
        ),
        # Only Nix can tell.
        ("https://x.org/y.tar.gz", {}),
        ("github:a", {}),
        ("path:/y", {}),
    ],
)
def test_references_as_a_lock_has_them(reference: str, attributes: dict[str, str]) -> None:
    assert flake_attributes.of_reference(reference) == attributes


@pytest.mark.parametrize(
    ("locked", "url"),
    [
        (PINNED, "github:a/b/0123456789abcdef?narHash=sha256-xX%2B%2F%3D"),
        (
            PINNED | {"type": "gitlab", "owner": "a/b", "host": "x.org", "dir": "c d"},
            "gitlab:a%2Fb/b/0123456789abcdef?dir=c+d&host=x.org&narHash=sha256-xX%2B%2F%3D",
        ),
        (
            {"type": "git", "url": "https://x.org/y?z=1", "rev": "12", "ref": "refs/heads/m"}
            | {"narHash": HASH, "shallow": True, "revCount": 7},
            "git+https://x.org/y?z=1&ref=refs%2Fheads%2Fm&rev=12&shallow=1",
        ),
        (
            {"type": "tarball", "url": "https://x.org/y.tar.gz", "narHash": HASH},
            "tarball+https://x.org/y.tar.gz?narHash=sha256-xX%2B%2F%3D",
        ),
    ],
)
def test_references_of_locked_entries(locked: Any, url: str) -> None:
    assert flake_attributes.url(locked) == url
