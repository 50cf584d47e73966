"""The cause of a rebuild: how two derivations differ."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from attrs import evolve

from voidgen.diff import closure, reasons, words
from voidgen.diff.causes import Cause, Causes
from voidgen.diff.closure import PackageChange, Side
from voidgen.diff.types import Diff
from voidgen.image.snapshot import Selected, Snapshot
from voidgen.nix import derivations
from voidgen.nix.closure import StorePath
from voidgen.nix.derivations import Derivation

Store = dict[str, Derivation]


def at(name: str, digit: str, ending: str = ".drv") -> str:
    return f"/nix/store/{digit * 32}-{name}{ending}"


def add(  # noqa: PLR0913, PLR0917 - what a derivation has
    store: Store,
    name: str,
    digit: str,
    inputs: tuple[str, ...] = (),
    sources: tuple[str, ...] = (),
    env: Mapping[str, str] | None = None,
    output: str = "",
) -> str:
    """A derivation of a made-up store; its output has the digit, too, or that of ``output``."""
    path = at(name, digit)
    package, _, version = name.partition("-")
    outputs = {"out": at(name, output or digit, "")}
    needed = dict.fromkeys(inputs, ("out",))
    store[path] = Derivation(
        package, version, outputs, needed, sources, "x86_64-linux", "/bin/sh", ("-c",), env or {}
    )
    return path


def test_an_input_of_another_version_is_the_cause() -> None:
    store: Store = {}
    glibc = add(store, "glibc-2.39", "1"), add(store, "glibc-2.40", "2")
    env = [{"buildInputs": f"{at(f'glibc-{version}', '3', '')} "} for version in ("2.39", "2.40")]
    old, new = (add(store, "x-1", one, (glibc[n],), (), env[n]) for n, one in enumerate("ab"))
    assert Causes(store.get).between(old, new) == Cause(("glibc 2.39 -> 2.40",))


def test_the_nearest_cause_below_rebuilt_inputs() -> None:
    store: Store = {}
    libc = add(store, "glibc-2.39", "1"), add(store, "glibc-2.40", "2")
    stdenv = [add(store, "stdenv", one, (libc[n],)) for n, one in enumerate("34")]
    deep = [add(store, "deep-1", one, (stdenv[n],)) for n, one in enumerate("56")]
    old, new = (add(store, "x-1", one, (deep[n], stdenv[n])) for n, one in enumerate("ab"))
    assert Causes(store.get).between(old, new) == Cause(("glibc 2.39 -> 2.40",), ("stdenv",))


def test_added_removed_and_changed_inputs_are_causes() -> None:
    store: Store = {}
    zlib, xz = add(store, "zlib-1", "1"), add(store, "xz-5", "2")
    fixed = [add(store, "x-1.tar", one, env={"outputHash": one}) for one in "34"]
    patch = [at("fix.patch", one, "") for one in "56"]
    old = add(store, "x-1", "a", (zlib, fixed[0]), (patch[0],), {"doCheck": "", "same": "1"})
    new = add(store, "x-1", "b", (xz, fixed[1]), (patch[1],), {"doCheck": "1", "same": "1"})
    assert Causes(store.get).between(old, new) == Cause(
        (
            "other content of x-1.tar",
            "with xz-5",
            "without zlib-1",
            "other content of fix.patch",
            'doCheck "" -> "1"',
        )
    )


PATHS = {
    one: (at("zlib-1.3", one, ""), at("xz-5", one, ""), at("zlib-1.3-dev", one, "")) for one in "12"
}
LONG = " ".join(f"--flag-{number}" for number in range(30))


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ({"a": "1"}, {"a": "2"}, ['a "1" -> "2"']),
        ({}, {"a": "1"}, ['with a "1"']),
        ({"a": "1"}, {}, ['without a "1"']),
        ({"a": ""}, {}, ['without a ""']),
        ({"a": "x y"}, {"a": "y x"}, ["a in another order"]),
        ({"a": "x  y\n"}, {"a": "x y"}, ["white space in a"]),
        (
            {"flags": LONG},
            {"flags": f"--new {LONG.replace('--flag-7 ', '')}"},
            ["flags without --flag-7 and with --new"],
        ),
        (
            {"flags": LONG},
            {"flags": f"{LONG} 1 2 3 4 5"},
            ["flags with 1 2 3 and 2 more"],
        ),
        ({"a": "x"}, {"a": "y" * 99}, [f"a without x and with {'y' * 39}…"]),
        # Store paths stand for packages, whatever their hashes and versions.
        (
            {"buildInputs": " ".join(PATHS["1"][:2])},
            {"buildInputs": " ".join(PATHS["2"][1::-1])},
            ["buildInputs in another order"],
        ),
        ({"a": PATHS["1"][0]}, {"a": PATHS["2"][2]}, ['a "zlib" -> "zlib.dev"']),
        ({"a": PATHS["1"][0]}, {"a": PATHS["2"][0]}, ["nothing that voidgen compares"]),
        # Structured attributes.
        (
            {"__json": '{"doCheck": false, "name": "x", "list": [1]}'},
            {"__json": '{"doCheck": true, "name": "x", "list": [1, 2]}'},
            ['doCheck "false" -> "true"', 'list "[1]" -> "[1, 2]"'],
        ),
        ({"__json": "{"}, {"__json": "[]"}, ['__json "{" -> "[]"']),
    ],
)
def test_settings(old: dict[str, str], new: dict[str, str], changed: list[str]) -> None:
    store: Store = {}
    pair = add(store, "x-1", "a", env=old), add(store, "x-1", "b", env=new)
    assert Causes(store.get).between(*pair) == Cause(tuple(changed))


def test_what_inputs_tell_is_not_said_again() -> None:
    store: Store = {}
    zlib = add(store, "zlib-1.3", "1")
    fix = at("fix.patch", "5", "")
    env = {"buildInputs": at("zlib-1.3", "1", ""), "patches": fix}
    old = add(store, "x-1", "a", env={"buildInputs": ""})
    new = add(store, "x-1", "b", (zlib,), (fix,), env)
    assert Causes(store.get).between(old, new) == Cause(("with zlib-1.3", "with fix.patch"))


def test_another_output_of_the_same_input() -> None:
    store: Store = {}
    zlib = add(store, "zlib-1.3", "1")
    old, new = add(store, "x-1", "a", (zlib,)), add(store, "x-1", "b", (zlib,))
    store[new] = evolve(store[new], inputs={zlib: ("dev",)})
    assert Causes(store.get).between(old, new) == Cause(("outputs of zlib-1.3: out -> dev",))


def test_other_causes_are_counted() -> None:
    store: Store = {}
    libs = [[add(store, f"lib{n}-{one}", str(n * 2 + one)) for one in (1, 2)] for n in range(3)]
    deep = [add(store, "deep-1", digit, (libs[0][n],)) for n, digit in enumerate("cd")]
    wide = [
        add(store, "wide-1", digit, (libs[1][n], libs[2][n], libs[0][n]))
        for n, digit in enumerate("fg")
    ]
    old, new = (add(store, "x-1", one, (deep[n], wide[n])) for n, one in enumerate("ab"))
    cause = Causes(store.get).between(old, new)
    assert cause == Cause(("lib0 1 -> 2",), ("deep",), 2)
    change = PackageChange("rebuilt", "x", ("1",), ("1",), 0, 0, cause=cause)
    assert [*words.why(change)] == [("because", "lib0 1 -> 2 (through deep), and 2 more causes")]


def test_a_download_with_another_curl_is_not_a_cause() -> None:
    store: Store = {}
    curl = [add(store, f"curl-{one}", one) for one in "12"]
    source = [
        add(store, "source", one, (curl[n],), env={"outputHash": "h"}, output="9")
        for n, one in enumerate("34")
    ]
    libc = add(store, "glibc-1", "5"), add(store, "glibc-2", "6")
    old, new = (add(store, "x-1", one, (source[n], libc[n])) for n, one in enumerate("ab"))
    assert Causes(store.get).between(old, new) == Cause(("glibc 1 -> 2",))


def test_inputs_of_the_same_name_are_compared_by_version() -> None:
    store: Store = {}
    base = add(store, "base-1", "1"), add(store, "base-2", "2")
    old_inputs = [add(store, "python-3.9", "3", (base[0],)), add(store, "python-3.10", "4")]
    new_inputs = [add(store, "python-3.9", "5", (base[1],)), add(store, "python-3.11", "6")]
    old, new = add(store, "x-1", "a", (*old_inputs,)), add(store, "x-1", "b", (*new_inputs,))
    assert Causes(store.get).between(old, new) == Cause(("python 3.10 -> 3.11",))


def test_causes_if_derivations_are_missing_in_the_store() -> None:
    store: Store = {}
    gone = at("gone-1", "1"), at("gone-1", "2")
    old, new = (add(store, "x-1", one, (gone[n],)) for n, one in enumerate("ab"))
    assert Causes(store.get).between(old, new) == Cause(("gone was rebuilt",))
    assert Causes(store.get).between(at("y-1", "1"), new) is None


def test_a_cause_at_the_end_of_a_long_chain() -> None:
    store: Store = {}
    pair = [add(store, f"base-{one}", one) for one in "12"]
    for number in range(5000):
        pair = [add(store, f"p{number}-1", one, (pair[n],)) for n, one in enumerate("12")]
    cause = Causes(store.get).between(*pair)
    assert cause is not None
    assert (cause.changed, len(cause.through)) == (("base 1 -> 2",), 4999)


ATERM = (
    'Derive([("man","/s/{h}-x-1-man","",""),("out","/s/{h}-x-1","","")],[("/s/{h}-b.drv",["out"])],'
    '["/s/{h}-src"],"x86_64-linux","/bin/sh",["-c","a\\"b\\n\\\\c"],[("e\\tf","\xff\x0c")])'
)


def test_a_derivations_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / f"{'1' * 32}-x-1.drv"
    file.write_bytes(ATERM.replace("{h}", "1" * 32).encode("latin-1"))
    found = derivations.read(str(file))
    assert found is not None
    assert (found.name, found.version) == ("x", "1")
    assert found.inputs == {f"/s/{'1' * 32}-b.drv": ("out",)}
    assert found.outputs == {"man": f"/s/{'1' * 32}-x-1-man", "out": f"/s/{'1' * 32}-x-1"}
    assert found.arguments == ("-c", 'a"b\n\\c')
    assert found.env == {"e\tf": "\xff\x0c"}


@pytest.mark.parametrize(
    "text", ["", "Derive", "Derive(", "Derive()", "Derive([],1)", 'DrvWithVersion("x")', "(" * 9999]
)
def test_a_file_that_is_not_a_derivation_is_not_read(tmp_path: Path, text: str) -> None:
    file = tmp_path / f"{'1' * 32}-x-1.drv"
    file.write_text(text)
    assert derivations.read(str(file)) is None
    assert derivations.read(str(tmp_path / "absent.drv")) is None


def test_ways_are_the_shortest_ones_from_a_requested_package() -> None:
    def path(name: str) -> str:
        return at(name, "a", "")

    def needs(*names: str) -> StorePath:
        return StorePath(1, tuple(map(path, names)))

    after = {
        path("top"): needs("long-1", "app-1"),
        path("app-1"): needs("lib-1", "app-1"),
        path("long-1"): needs("app-1"),
        path("lib-1"): needs("leaf-1"),
        path("leaf-1"): needs(),
    }
    asked = {"app": Selected("app", "1", {"out": path("app-1")})}

    def ways(packages: Mapping[str, Selected]) -> dict[str, tuple[str, ...]]:
        changes = tuple(closure.changes(Side({path("top"): StorePath(1, ())}), Side(after)))
        diff = Diff("", "", None, None, None, changes, None)
        found = reasons.explain(
            diff, Snapshot("", packages=packages, closure=after), {}, Store().get
        )
        return {one.name: one.way for one in found.closure or ()}

    assert ways(asked)["leaf"] == ("app-1", "lib-1", "leaf-1")
    assert ways({})["leaf"] == ("top", "app-1", "lib-1", "leaf-1")
