"""Sizes of packages, compared with a direct count by their definition."""

import random
from collections.abc import Iterable, Mapping

from hypothesis import given
from hypothesis import strategies as st
from tests.support.documents import STORE, built

from voidgen.image import sizes
from voidgen.image.sizes import Share
from voidgen.nix.closure import StorePath

# Each path refers to later ones and to itself: as in a store, in no circle.
GRAPHS = st.integers(1, 12).flatmap(
    lambda count: st.tuples(
        *(
            st.tuples(st.integers(0, 100), st.lists(st.integers(number, count - 1), max_size=4))
            for number in range(count)
        )
    )
)
PACKAGES = st.lists(st.lists(st.integers(0, 14), min_size=1, max_size=3), max_size=6)


def reached(start: Iterable[str], paths: Mapping[str, StorePath]) -> set[str]:
    """Return the closure of some paths."""
    found: set[str] = set()
    for path in start:
        found |= {path}.union(
            *(reached([other], paths) for other in paths[path].references if other != path)
        )
    return found


@given(GRAPHS, PACKAGES, st.randoms(use_true_random=False))
def test_sizes_agree_with_their_definition(
    graph: tuple[tuple[int, list[int]], ...], chosen: list[list[int]], random: random.Random
) -> None:
    order = list(range(len(graph)))
    random.shuffle(order)
    paths = {
        str(number): StorePath(graph[number][0], tuple(map(str, graph[number][1])))
        for number in order
    }
    packages = {f"p{number}": list(map(str, own)) for number, own in enumerate(chosen)}

    found = sizes.of(packages, paths)

    known = {name: own for name, own in packages.items() if all(path in paths for path in own)}
    needs = {name: reached(own, paths) for name, own in known.items()}

    def total(names: Iterable[str]) -> int:
        return sum(paths[name].size for name in names)

    for one in found.packages:
        others = set[str]().union(*(needs[name] for name in needs if name != one.name))
        assert one.closure == total(needs[one.name])
        assert one.only == total(needs[one.name] - others)
        assert one.shared == total(needs[one.name] & others)
    assert {one.name for one in found.packages} == known.keys()
    assert found.unknown == tuple(sorted(packages.keys() - known.keys()))
    assert found.closure == total(set().union(*needs.values()))
    assert found.shared == total(
        path for path in paths if sum(path in need for need in needs.values()) > 1
    )
    assert found.only == sum(one.only for one in found.packages)
    assert list(found.packages) == sorted(
        found.packages, key=lambda one: (-one.only, -one.closure, one.name)
    )


def test_a_package_in_anothers_closure_has_no_size_of_its_own() -> None:
    paths = {
        "/s/app": StorePath(100, ("/s/app", "/s/lib")),
        "/s/lib": StorePath(30, ("/s/libc",)),
        "/s/libc": StorePath(5, ()),
        "/s/profile": StorePath(1000, ("/s/app", "/s/lib")),
    }
    found = sizes.of({"lib": ["/s/lib"], "app": ["/s/app"], "gone": ["/s/lib", "/s/x"]}, paths)
    assert found == sizes.Sizes((Share("app", 135, 100), Share("lib", 35, 0)), ("gone",), 135, 35)
    assert sizes.of({}, paths) == sizes.Sizes((), (), 0, 0)


def test_sizes_of_a_large_closure_are_computed() -> None:
    """The closure is one long chain, and a hundred packages need most of it."""
    count = 30_000
    chance = random.Random(1)
    paths = {
        str(number): StorePath(
            1, tuple({str(chance.randrange(number)) for _ in range(5)} | {str(number - 1)})
        )
        for number in range(1, count)
    } | {"0": StorePath(1, ("0",))}
    packages = {f"p{number}": [str(count - 1 - number)] for number in range(100)}
    found = sizes.of(packages, paths)
    assert found.closure == count
    assert [one.only for one in found.packages] == [1] + [0] * 99
    assert {one.closure for one in found.packages} == set(range(count - 99, count + 1))


def test_sizes_of_a_built_image() -> None:
    packages = [
        {"name": "a", "outputs": {"man": f"{STORE}a-man", "out": f"{STORE}a"}},
        {"name": "b", "outputs": {"out": f"{STORE}b"}},
    ]
    paths = [
        {"path": f"{STORE}a", "narSize": 1, "references": [f"{STORE}a", f"{STORE}c"]},
        {"path": f"{STORE}a-man", "narSize": 2, "references": []},
        {"path": f"{STORE}b", "narSize": 4, "references": [f"{STORE}c"]},
        {"path": f"{STORE}c", "narSize": 8, "references": []},
        {"path": f"{STORE}profile", "narSize": 16, "references": [f"{STORE}a"]},
    ]
    found = built(packages, paths).sizes
    assert found == sizes.Sizes((Share("b", 12, 4), Share("a", 11, 3)), (), 15, 8)
