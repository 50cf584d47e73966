"""A finished ISO has the names that [image] gives it."""

from __future__ import annotations

from typing import Any

import pytest

from voidgen.iso import identity
from voidgen.iso.identity import Identity
from voidgen.iso.root_tree import RootEntry, RootTree

ZONE = "/usr/share/zoneinfo/Asia/Tokyo"
FILE = RootEntry("file", 0o644, (0, 0), 1)


def tree(*paths: str) -> RootTree:
    return RootTree(dict.fromkeys(paths, FILE), {}, {}, {})


def test_nothing_is_expected_without_the_keys() -> None:
    assert identity.of_plan({"image": {"name": "x"}}) == Identity()
    assert not [*identity.faults(Identity(), tree())]


@pytest.mark.parametrize("plan", [{}, [], {"image": []}, {"image": {"timezone": 1}}])
def test_a_garbled_manifest(plan: Any) -> None:
    with pytest.raises(ValueError, match="garbled"):
        identity.of_plan(plan)


def test_a_zone_that_the_image_lacks() -> None:
    expected = identity.of_plan({"image": {"timezone": "Asia/Tokyo"}})
    assert not [*identity.faults(expected, tree(ZONE))]
    (said,) = identity.faults(expected, tree())
    assert said.startswith(f"{ZONE} is missing: add tzdata")
