"""Makes an invented voidgen.lock; every run makes the same."""

from __future__ import annotations

import random

from voidgen.lock.types import Lock
from voidgen.system import sri
from voidgen.xbps.types import Key, Package, Repository, Request, Xbps

SEED = 20_20
URL = "https://repo.example.org/current"


def lock(packages: int) -> Lock:
    """Return a lock with this number of packages, like that of an image with a desktop."""
    chance = random.Random(SEED)

    def digest() -> str:
        return sri.of_digest(chance.randbytes(32))

    key = chance.randbytes(16).hex(":")
    names = [f"package-{index:05}" for index in range(packages)]
    return Lock(
        "flake",
        Xbps(
            Request("x86_64", digest(), tuple(names[::20]), (URL,)),
            (Key(key, digest()),),
            (Repository(URL, "x86_64", digest(), key),),
            tuple(
                Package(
                    f"{name}-1.{index}.0_1",
                    "noarch" if index % 5 == 0 else "x86_64",
                    URL,
                    digest(),
                    chance.randrange(1_000, 100_000_000),
                    ("rootfs", "void-target") if index % 20 == 0 else ("rootfs",),
                )
                for index, name in enumerate(names)
            ),
        ),
    )
