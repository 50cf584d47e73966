"""Which packages differ between two closures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.diff.store import path, paths

from voidgen.diff import closure, words
from voidgen.diff.closure import PackageChange, Side
from voidgen.image.snapshot import Selected
from voidgen.nix.closure import StorePath


@pytest.mark.parametrize(
    ("old", "new", "kind", "before", "after"),
    [
        ((), ("x-1",), "added", (), ("1",)),
        (("x-1",), (), "removed", ("1",), ()),
        (("x-1.9",), ("x-1.10",), "upgraded", ("1.9",), ("1.10",)),
        (("x-2",), ("x-2pre1",), "downgraded", ("2",), ("2pre1",)),
        (("x-1 a",), ("x-1 b",), "rebuilt", ("1",), ("1",)),
        (("x-1 a",), ("x-1 a", "x-1 b"), "copies", ("1",), ("1", "1")),
        (("x-1", "x-3"), ("x-2",), "changed", ("1", "3"), ("2",)),
        # What both sides have is left out.
        (("x-1", "x-2"), ("x-2", "x-3"), "upgraded", ("1",), ("3",)),
        (("x-1",), ("x-1", "x-2"), "changed", ("1",), ("1", "2")),
        (("x",), ("x-1",), "upgraded", ("",), ("1",)),
        # Outputs are not copies, and not part of the version.
        (("x-1", "x-1-man", "x-1-dev"), ("x-2", "x-2-man"), "upgraded", ("1",), ("2",)),
        (("x-2-libgcc",), ("x-3", "x-3-libgcc"), "upgraded", ("2",), ("3",)),
        # Commits have no order.
        (("x-0.11-946aa34",), ("x-0.11-3564204",), "changed", ("0.11-946aa34",), ("0.11-3564204",)),
        (("x-1-rc1",), ("x-1",), "upgraded", ("1-rc1",), ("1",)),
        (("x-1.4.drv",), ("x-1.5.drv",), "upgraded", ("1.4",), ("1.5",)),
        (("x-a11c0de",), ("x-b22c0de",), "changed", ("a11c0de",), ("b22c0de",)),
    ],
)
def test_kinds_of_change(
    old: tuple[str, ...],
    new: tuple[str, ...],
    kind: str,
    before: tuple[str, ...],
    after: tuple[str, ...],
) -> None:
    was, is_ = paths(*old, "same-1"), paths(*new, "same-1")
    (change,) = closure.changes(Side(was), Side(is_))
    only = (tuple(sorted(was.keys() - is_.keys())), tuple(sorted(is_.keys() - was.keys())))
    sizes = (10 * len(old), 10 * len(new))
    assert change == PackageChange(
        kind, "x", before, after, *sizes, old_paths=only[0], new_paths=only[1]
    )


@pytest.mark.parametrize(
    ("old", "new", "gone", "came", "moved"),
    [
        (("x-1",), ("x-1", "x-1-man"), (), ("man",), "1 + man"),
        (("x-1", "x-1-man"), ("x-1",), ("man",), (), "1 - man"),
        (("x-1-lib",), ("x-1-bin",), ("lib",), ("bin",), "1 lib -> bin"),
        (("x", "x-1"), ("x", "x-1", "x-1-dev"), (), ("dev",), "(none), 1 + dev"),
    ],
)
def test_outputs_that_come_and_go_are_not_rebuilt(
    old: tuple[str, ...],
    new: tuple[str, ...],
    gone: tuple[str, ...],
    came: tuple[str, ...],
    moved: str,
) -> None:
    (change,) = closure.changes(Side(paths(*old)), Side(paths(*new)))
    assert (change.kind, change.old_outputs, change.new_outputs) == ("outputs", gone, came)
    assert words.moved(change) == moved
    (back,) = closure.changes(Side(paths(*new)), Side(paths(*old)))
    assert (back.kind, back.old_outputs, back.new_outputs) == ("outputs", came, gone)


def test_derivations_tell_outputs() -> None:
    """`odd` is no output of nixpkgs, and both outputs may be of one derivation or of two."""
    old, new = path("x-1-odd"), path("x-1-even")
    sides = Side(paths("x-1-odd")), Side(paths("x-1-even"))
    (change,) = closure.changes(*sides)
    assert (change.kind, change.old, change.new) == ("downgraded", ("1-odd",), ("1-even",))
    known = {old: path("x-1.drv"), new: path("x-1.drv")}
    (change,) = closure.changes(*sides, lambda _: known)
    assert (change.kind, words.moved(change)) == ("outputs", "1 odd -> even")
    known[new] = path("x-1.drv", "b")
    (change,) = closure.changes(*sides, lambda _: known)
    assert (change.kind, change.old) == ("rebuilt", ("1",))


def test_declared_versions_take_precedence() -> None:
    old, new = path("foo-v1-beta-man"), path("foo-v2")
    asked = [
        Selected("f", "v1-beta", {"man": old}),
        Selected("f", "v2", {"out": new}),
    ]
    (change,) = closure.changes(
        Side({old: StorePath(1, ())}, (asked[0],)), Side({new: StorePath(4, ())}, (asked[1],))
    )
    assert (change.kind, change.name, change.old, change.new) == (
        "upgraded", "foo", ("v1-beta",), ("v2",),
    )  # fmt: skip
    assert change.size == 3
    # No longer asked for: the name is told by what the other side declares.
    (change,) = closure.changes(Side({old: StorePath(1, ())}, (asked[0],)), Side(paths("foo-v2")))
    assert (change.name, change.old, change.new) == ("foo", ("v1-beta",), ("v2",))
    assert (change.was_asked, change.is_asked) == (True, False)


def test_a_package_asked_for_is_the_dependency_of_the_same_name() -> None:
    """`foo` of python3Packages has the store name python3.12-foo."""
    new = path("python3.12-foo-2")
    (change,) = closure.changes(
        Side(paths("python3.12-foo-1")),
        Side(paths("python3.12-foo-2"), (Selected("foo", "2", {"out": new}),)),
    )
    assert (change.kind, change.name) == ("upgraded", "python3.12-foo")
    assert (change.was_asked, change.is_asked) == (False, True)
    # An unrelated package that is called foo stays one of its own.
    old = path("python3.12-foo-3")
    (change,) = closure.changes(
        Side(paths("foo-1", "python3.12-foo-3"), (Selected("foo", "3", {"out": old}),)),
        Side(paths("foo-1", "python3.12-foo-4")),
    )
    assert (change.kind, change.name, change.old, change.new) == (
        "upgraded", "python3.12-foo", ("3",), ("4",),
    )  # fmt: skip


STORE = st.dictionaries(
    st.builds(
        path,
        st.sampled_from(
            ["a-1", "a-2", "a-1-dev", "b-1", "b-1-man", "c", "d-1-2", "e-1-946aa34", "e-1-3564204"]
        ),
        st.sampled_from("abcd"),
    ),
    st.builds(StorePath, st.integers(0, 100), st.just(())),
)


@given(old=STORE, new=STORE)
def test_sizes_of_changes_add_up_and_are_reversible(
    old: dict[str, StorePath], new: dict[str, StorePath]
) -> None:
    new = {**new, **{name: old[name] for name in old.keys() & new.keys()}}
    there, back = closure.changes(Side(old), Side(new)), closure.changes(Side(new), Side(old))
    assert sum(one.size for one in there) == closure.total(new) - closure.total(old)
    assert [(one.old, one.new) for one in there] == [(one.new, one.old) for one in back]
    opposite = {"added": "removed", "removed": "added", "upgraded": "downgraded",
                "downgraded": "upgraded"}  # fmt: skip
    assert [opposite.get(one.kind, one.kind) for one in there] == [one.kind for one in back]
    assert closure.changes(Side(old), Side(old)) == []
