from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.support.lock import IMAGE, PRINT, digest, lock, package

from voidgen.lock import changes
from voidgen.lock.changes import REV, Move, NixPackage
from voidgen.lock.flake_lock import Input
from voidgen.lock.types import Lock
from voidgen.xbps.types import Key, Repository

OLD, NEW = "0123456789abcdef", "fedcba9876543210"
KEY = Move("key", PRINT, digest("key"), "")


def pinned(name: str, rev: str, date: str = "2026-01-02") -> Input:
    return Input(name, f"github:a/{name}", rev, date, digest(rev), "")


def test_signs_of_added_removed_and_changed() -> None:
    assert [Move("k", "n", *pins).sign for pins in (("", "b"), ("a", ""), ("a", "b"))] == [
        "+",
        "-",
        "~",
    ]


def test_changes_of_inputs() -> None:
    before = [pinned("moves", OLD), pinned("stays", OLD), pinned("goes", OLD)]
    after = [pinned("comes", NEW, ""), pinned("stays", OLD), pinned("moves", NEW, "2026-03-04")]
    assert changes.inputs(before, after) == [
        Move("input", "comes", "", NEW[:REV]),
        Move("input", "goes", f"{OLD[:REV]} 2026-01-02", ""),
        Move("input", "moves", f"{OLD[:REV]} 2026-01-02", f"{NEW[:REV]} 2026-03-04"),
    ]


def test_an_input_that_becomes_locked_counts_as_added() -> None:
    assert changes.inputs([Input("a", "github:a/a")], [pinned("a", NEW)]) == [
        Move("input", "a", "", f"{NEW[:REV]} 2026-01-02")
    ]
    assert changes.inputs([Input("a", "github:a/a")], [Input("a", "github:a/b")]) == []


def test_a_first_and_a_removed_lock_list_everything() -> None:
    one = lock([package("acl-2.3.2_1")], IMAGE)
    assert changes.lock(None, None) == []
    assert changes.lock(None, one) == [
        Move("container", "image", "", IMAGE),
        Move("key", PRINT, "", digest("key")),
        Move("xbps", "acl", "", "2.3.2_1"),
    ]
    assert changes.lock(one, None) == [
        Move("container", "image", IMAGE, ""),
        KEY,
        Move("xbps", "acl", "2.3.2_1", ""),
    ]


def test_locks_without_void_packages_have_no_container() -> None:
    assert changes.lock(Lock("flake"), Lock("flake")) == []
    # Without Void packages, no container runs.
    assert changes.lock(Lock("flake"), Lock(IMAGE)) == changes.lock(None, Lock("flake")) == []
    gone = changes.lock(lock([package("acl-2.3.2_1")]), Lock("flake"))
    container = Move("container", "image", "flake", "")
    assert gone == [container, KEY, Move("xbps", "acl", "2.3.2_1", "")]


def test_changes_of_void_packages() -> None:
    before = lock([package("a-b-1.0_1"), package("goes-1_1"), package("stays-3_2")])
    after = lock([package("a-b-1.0_2"), package("comes-2_1"), package("stays-3_2")])
    assert changes.lock(before, after) == [
        Move("xbps", "a-b", "1.0_1", "1.0_2"),
        Move("xbps", "comes", "", "2_1"),
        Move("xbps", "goes", "1_1", ""),
    ]


def test_a_package_of_two_architectures_is_named_with_its_architecture() -> None:
    """The building machine's tools may have another architecture than the image."""
    before = lock([package("xz-1_1"), package("xz-1_1", "x86_64-musl")])
    after = lock([package("xz-1_2"), package("xz-1_1", "x86_64-musl")])
    assert changes.lock(before, after) == [Move("xbps", "xz.x86_64", "1_1", "1_2")]


def test_changes_of_keys() -> None:
    before = lock()
    assert before.xbps
    after = evolve(before, xbps=evolve(before.xbps, keys=(Key(PRINT, digest("other")),)))
    assert changes.lock(before, after) == [evolve(KEY, new=digest("other"))]


def test_a_changed_index_alone_is_not_a_change() -> None:
    before = lock([package("acl-2.3.2_1")])
    assert before.xbps
    index = Repository("https://repo.example.org/current", "x86_64", digest("new"), PRINT)
    after = evolve(before, xbps=evolve(before.xbps, repositories=(index,)))
    assert changes.lock(before, after) == []


def test_changes_of_nix_packages() -> None:
    before = [NixPackage("goes", "1"), NixPackage("moves", "1")]
    after = [NixPackage("moves", "2"), NixPackage("comes", "1")]
    assert changes.packages(before, after) == [
        Move("nix", "comes", "", "1"),
        Move("nix", "goes", "1", ""),
        Move("nix", "moves", "1", "2"),
    ]
    assert changes.packages(after, after) == []


VERSIONS = st.dictionaries(
    st.sampled_from("abcdef"), st.sampled_from(["1_1", "1_2", "2_1"]), max_size=6
)


@given(VERSIONS, VERSIONS)
def test_applying_the_changes_to_the_old_lock_gives_the_new_one(
    old: dict[str, str], new: dict[str, str]
) -> None:
    before, after = (
        lock(package(f"{name}-{version}") for name, version in each.items()) for each in (old, new)
    )
    state = dict(old)
    for move in changes.lock(before, after):
        assert state.get(move.name, "") == move.old
        state[move.name] = move.new
    assert {name: version for name, version in state.items() if version} == new
    assert [evolve(move, old=move.new, new=move.old) for move in changes.lock(after, before)] == (
        changes.lock(before, after)
    )
