"""The differences between two snapshots in each layer, and their forms."""

import html as html_text
import json
import re
from collections import Counter
from html.parser import HTMLParser

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import documents

from voidgen.cli import diff_text
from voidgen.diff import as_json, closure, compare, html, markdown, order, words
from voidgen.diff.closure import PackageChange, Side
from voidgen.diff.types import Diff, PathChange, Value
from voidgen.image.snapshot import Entry, Locked, Selected, Snapshot, Xbps
from voidgen.nix.closure import StorePath
from voidgen.text import visible

HASHES = iter(range(1 << 20))


def path(name: str, digit: str = "a") -> str:
    return f"/nix/store/{digit * 32}-{name}"


def paths(*names: str, size: int = 10) -> dict[str, StorePath]:
    return {path(*name.split(" ")): StorePath(size, ()) for name in names}


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


BY = [documents.BY]
PLAN = documents.plan_data(
    nix={**documents.NIX, "packages": [{"name": "a", "path": ["a"], "outputs": [], "by": BY}]},
    xbps={"packages": [{"name": "vim", "by": BY}], "repositories": []},
    modules=[{"name": "m", "by": BY, "options": {"on": True}}],
    services=[{"name": "s", "by": BY, "provider": "p"}],
)
OLD = Snapshot(
    "old",
    documents.plan(**PLAN),
    {"nixpkgs": Locked("1" * 40, "2026-01-01")},
    "flake",
    {"vim": Xbps("9.0_1", 5), "gone": Xbps("1_1", 7), "same": Xbps("1_1", 1)},
    {},
    paths("a-1"),
    {"/f": Entry("file", "0644", "root:root", "", "sha256-a", "one\ntwo\n"),
     "/l": Entry("symlink", target="x"), "/same": Entry("directory")},
)  # fmt: skip
NEW = Snapshot(
    "new",
    documents.plan(**PLAN | {
        "image": {"keymap": "de"},
        "nix": {**documents.NIX, "packages": [
            {"name": "b", "path": ["b"], "outputs": ["man"], "by": BY}
        ]},
        "modules": [{"name": "m", "by": BY, "options": {"on": False}}],
        "mklive": {"source": "github:x/y"},
    }),
    {"nixpkgs": Locked("2" * 40, "2026-02-01")},
    "flake",
    {"vim": Xbps("9.0_2", 6), "same": Xbps("1_1", 1)},
    {},
    paths("a-2", size=2048),
    {"/f": Entry("file", "0600", "root:root", "", "sha256-b", "one\nthree\n"),
     "/l": Entry("symlink", target="y"), "/same": Entry("directory")},
)  # fmt: skip


def test_an_iso_does_not_say_what_ran_mklive() -> None:
    assert OLD.plan
    iso = attrs.evolve(OLD, plan=attrs.evolve(OLD.plan, container=None))
    assert not compare.compare(OLD, iso)
    other = documents.plan(**PLAN | {"container": {"engine": "nix"}})
    diff = compare.compare(OLD, attrs.evolve(OLD, plan=other))
    assert diff.request == {"settings": (Value("container.engine", "auto", "nix"),)}


def test_an_option_has_the_module_that_set_it() -> None:
    assert OLD.plan
    modules = [
        {"name": "m", "by": BY, "options": {"on": False}, "set-by": {"on": "desk"}},
    ]
    new = attrs.evolve(OLD, plan=documents.plan(**PLAN | {"modules": modules}))
    diff = compare.compare(OLD, new)
    assert diff.request == {"options": (Value("m.on", "true", "false", "", "desk"),)}
    for text in (html.dump(diff), markdown.dump(diff)):
        assert "false (by desk)" in text
    (row,) = json.loads(as_json.dump(diff))["request"]["options"]
    assert row == {
        "kind": "changed", "name": "m.on", "old": "true", "new": "false", "new-by": "desk",
    }  # fmt: skip
    # Only another module that sets the same value is not a difference.
    assert not compare.compare(new, attrs.evolve(new, plan=documents.plan(**PLAN | {
        "modules": [{**modules[0], "set-by": {"on": "other"}}],
    })))  # fmt: skip


def test_the_root_tree() -> None:
    assert OLD.plan
    xbps = {**PLAN["xbps"], "kernel": "linux6.12", "ignore": ["a", "b"]}
    image = {**PLAN["image"], "remove-files": ["/usr/share/doc/*"]}
    other = documents.plan(**PLAN | {"image": image, "xbps": xbps})
    diff = compare.compare(OLD, attrs.evolve(OLD, plan=other))
    assert diff.request == {
        "settings": (
            Value("image.remove-files", None, '["/usr/share/doc/*"]'),
            Value("xbps.ignore", None, '["a", "b"]'),
            Value("xbps.kernel", None, "linux6.12"),
        )
    }


def test_package_sets() -> None:
    assert OLD.plan
    sets = {
        "old": {"nixpkgs": "github:a/b", "overlays": ["nix/a.nix"]},
        "hm": {"flake": "github:c/d", "follows": {"nixpkgs": "old"}},
    }
    other = documents.plan(**PLAN | {"nix": {**PLAN["nix"], "sets": sets}})
    diff = compare.compare(OLD, attrs.evolve(OLD, plan=other))
    assert diff.request == {
        "settings": (
            Value("nix.sets.hm.flake", None, "github:c/d"),
            Value("nix.sets.hm.follows", None, '{"nixpkgs": "old"}'),
            Value("nix.sets.old.nixpkgs", None, "github:a/b"),
            Value("nix.sets.old.overlays", None, '["nix/a.nix"]'),
        )
    }


def test_each_layer() -> None:
    diff = compare.compare(OLD, NEW)
    assert diff.request
    found = {
        (table, one.name, one.old, one.new)
        for table, values in diff.request.items()
        for one in values
    }
    assert found == {
        ("Nix packages", "a", "", None),
        ("Nix packages", "b", None, "man"),
        ("options", "m.on", "true", "false"),
        ("settings", "image.keymap", "us", "de"),
        ("settings", "mklive.initramfs", None, "xz"),
        ("settings", "mklive.source", None, "github:x/y"),
        ("settings", "mklive.squashfs", None, '{"block-size": 1024, "compression": "zstd"}'),
    }
    assert diff.locks
    (pin,) = diff.locks["inputs"]
    assert (pin.old, pin.new) == (f"{'1' * 40} 2026-01-01", f"{'2' * 40} 2026-02-01")
    assert "container" not in diff.locks
    assert diff.xbps == (
        PackageChange("removed", "gone", ("1_1",), (), 7, 0),
        PackageChange(
            "upgraded", "vim", ("9.0_1",), ("9.0_2",), 5, 6, was_asked=True, is_asked=True
        ),
    )
    assert diff.closure
    assert [one.name for one in diff.closure] == ["a"]
    assert diff.overlay
    file, link = diff.overlay
    assert (file.old, file.new) == ("file 0644 root:root", "file 0600 root:root")
    assert file.lines[2:] == ("@@ -1,2 +1,2 @@", " one", "-two", "+three")
    assert (link.old, link.new, link.lines) == ("symlink -> x", "symlink -> y", ())
    assert diff.sizes == (10, 2048)


def test_layers_that_one_side_lacks_are_not_compared(capsys: pytest.CaptureFixture[str]) -> None:
    diff = compare.compare(OLD, Snapshot("a lock", inputs=OLD.inputs))
    assert (diff.request, diff.xbps, diff.closure, diff.overlay) == (None, None, None, None)
    assert diff.locks == {}
    assert not diff
    diff_text.show(diff, None)
    said = capsys.readouterr().out
    assert said == (
        "not compared, because one side lacks it: request, Void packages, closure, overlay\n"
    )


def test_nothing_differs(capsys: pytest.CaptureFixture[str]) -> None:
    diff = compare.compare(OLD, OLD)
    assert not diff
    diff_text.show(diff, None)
    assert capsys.readouterr().out.splitlines()[-1] == "nothing differs"
    assert "Nothing differs." in markdown.dump(diff)
    assert json.loads(as_json.dump(diff))["differs"] is False


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    diff_text.show(compare.compare(OLD, NEW), None)
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["U", "vim", "*", "9.0_1", "->", "9.0_2", "+1", "B"] in rows
    assert ["-", "gone", "1_1", "-7", "B"] in rows
    assert ["U", "a", "1", "->", "2", "+2.0", "KiB"] in rows
    assert ["+three"] in rows


def test_the_title_has_sizes_and_numbers_of_paths(capsys: pytest.CaptureFixture[str]) -> None:
    diff_text.title(compare.compare(OLD, NEW), None)
    said = capsys.readouterr().out
    sizes = "Nix packages, with all they need: 10 B -> 2.0 KiB (+2.0 KiB), 1 path"
    assert said == f"made-up: old → new\n{sizes}\n\n"


def test_text_explains_the_letters_that_it_has(capsys: pytest.CaptureFixture[str]) -> None:
    diff_text.show(compare.compare(OLD, NEW), None)
    assert "\nU upgraded  C changed  * asked for\n" in capsys.readouterr().out
    kinds = ("added", "removed", "downgraded", "rebuilt", "copies")
    changes = [
        PackageChange(kind, kind, ("1",), ("1",), 0, 0, was_asked=True, is_asked=True)
        for kind in kinds
    ]
    diff_text.show(Diff("a", "b", None, None, None, tuple(changes[2:]), None), None)
    said = capsys.readouterr().out
    assert "\nD downgraded  R rebuilt (same version)  # more or fewer copies  * asked for\n" in said
    diff_text.show(Diff("a", "b", {}, {}, (), tuple(changes[:2]), ()), None)
    assert "upgraded" not in capsys.readouterr().out


def test_the_title_has_image_names_and_days() -> None:
    diff = compare.compare(OLD, NEW)
    assert words.title(diff) == "made-up: old → new"
    named = attrs.evolve(diff, old="1" * 40, old_date="2026-01-01", new_date="2026-02-01")
    assert words.title(named) == "made-up: 111111111111 (2026-01-01) → new (2026-02-01)"
    page = html.dump(named)
    assert "<title>made-up: 111111111111 (2026-01-01) → new (2026-02-01)</title>" in page
    assert "<h1>made-up: 111111111111 (2026-01-01) → new (2026-02-01)</h1>" in page
    assert markdown.dump(named).startswith(
        "### made-up: 111111111111 (2026-01-01) → new (2026-02-01)\n"
    )


def test_a_closure_of_an_older_voidgen_toml_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    diff = attrs.evolve(compare.compare(OLD, NEW), stale=True)
    diff_text.show(diff, None)
    for text in (capsys.readouterr().out, markdown.dump(diff), html.dump(diff)):
        assert "he closure is that of the last" in text


def test_text_by_size(capsys: pytest.CaptureFixture[str]) -> None:
    diff = compare.compare(OLD, NEW)
    diff_text.show(order.arranged(diff, "size"), None)
    said = capsys.readouterr().out
    assert said.index("gone") < said.index("vim")


def test_json_has_all_changes() -> None:
    found = json.loads(as_json.dump(compare.compare(OLD, NEW)))
    assert found["version"] == 1
    assert found["xbps"][1] == {
        "kind": "upgraded", "name": "vim", "old": ["9.0_1"], "new": ["9.0_2"],
        "old-size": 5, "new-size": 6, "was-asked": True, "is-asked": True, "selected": True,
        "old-paths": [], "new-paths": [], "old-outputs": [], "new-outputs": [],
        "way": [], "cause": None,
    }  # fmt: skip
    assert found["sizes"] == {"old": 10, "new": 2048}
    assert found["overlay"][0]["lines"][-1] == "+three"


HOSTILE = "|`<b>&amp;[x](y)*\n\x1b[31m~~"


def test_markdown_escapes_names() -> None:
    change = PackageChange("added", HOSTILE, (), (HOSTILE,), 0, 1, was_asked=True, is_asked=True)
    said = markdown.dump(Diff("a", HOSTILE, None, None, None, (change,), None))
    assert "\x1b" not in said
    assert "<b>" not in said
    (row,) = [line for line in said.splitlines() if line.startswith("| added")]
    assert len(re.findall(r"(?<!\\)\|", row)) == 5


def test_markdown_mentions_no_user_or_issue() -> None:
    """Targets of links contain @profile@, and a user may be called `profile`."""
    names = {"@profile@/share/x", "x @me/team", "see #12", "(@me)"}
    for name in names:
        said = markdown.dump(
            Diff("a", "b", None, None, None, None, (PathChange(name, None, name, ()),))
        )
        assert not re.search(r"(?<![\w&])[@#](?=\w)", said), said
        assert html_text.unescape(said).replace("\u200b", "").count(name) == 2
    assert "git@host" in markdown.dump(Diff("a", "git@host", None, None, None, None, None))


def test_markdown_escapes_characters_that_change_the_direction() -> None:
    lines = ("+a\u202eb\tc\x1b[31m\r",)
    said = markdown.dump(
        Diff("a", "b", None, None, None, None, (PathChange("/\u2066", "a", "b", lines),))
    )
    assert "+a\\u202eb\tc\\x1b[31m\\r\n" in said
    assert "| /\\\\u2066 |" in said
    assert "<summary>/\\u2066</summary>" in said
    assert all(sign.isprintable() or sign in "\n\t" for sign in said)


def test_markdown_is_short_enough_for_a_comment() -> None:
    changes = tuple(
        PackageChange("upgraded", f"package-{number}", ("1",), ("2",), 1, 1)
        for number in range(5000)
    )
    text = tuple(f"+{'```' * 9} {number}" for number in range(9000))
    for diff in (
        Diff("a", "b", None, None, None, changes, None),
        Diff("a", "b", None, None, None, None, (PathChange("/x", "a", "b", text),)),
    ):
        said = markdown.dump(diff)
        assert markdown.LONGEST - 1000 < len(said) <= markdown.LONGEST
        assert said.count("<details>") == said.count("</details>")
        assert said.endswith("`voidgen diff --format html` shows all.\n")
        fences = [line for line in said.splitlines() if set(line.removesuffix("diff")) == {"`"}]
        assert len(fences) % 2 == 0


def test_markdown_folds_long_tables() -> None:
    changes = tuple(PackageChange("added", f"p{number}", (), ("1",), 0, 1) for number in range(100))
    said = markdown.dump(Diff("a", "b", None, None, None, changes, None))
    assert "<details>\n<summary>Nix closure: 100 added</summary>\n\n| " in said
    assert said.count("| added |") == 100
    fenced = compare.compare(OLD, Snapshot("x", overlay={"/f": Entry("file", text="```\n````\n")}))
    assert "\n`````diff\n" in markdown.dump(fenced)


class Tags(HTMLParser):
    """Collects the elements of a page, with the names of their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: Counter[tuple[str, ...]] = Counter()
        self.text: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag, *(name for name, _ in attrs)] += 1

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@given(st.text(min_size=1))
def test_html_has_the_same_elements_whatever_the_names(name: str) -> None:
    def page(name: str) -> Tags:
        changes = (
            PackageChange(
                "added", name, (), (name,), 0, 5, was_asked=True, is_asked=True, way=(name, name)
            ),
        )
        overlay = (PathChange(name, name, name, (name,)),)
        values = {name: (Value(name, name, name),)}
        diff = Diff(name, name, values, {}, (), changes, overlay, (1, 2), explained=True)
        return Tags(html.dump(diff))

    found = page(name)
    assert found.tags == page("x").tags
    assert "".join(found.text).count(visible(name)) >= 10
    assert not any(ord(sign) < 32 and sign != "\n" for sign in "".join(found.text))


def test_markdown_folds_rebuilt_packages() -> None:
    """Of a step of nixpkgs, most packages are only rebuilt."""
    rebuilt = [PackageChange("rebuilt", f"a{i}", ("1",), ("1",), 0, 0) for i in range(1_627)]
    upgraded = [PackageChange("upgraded", f"b{i}", ("1",), ("2",), 0, 0) for i in range(187)]
    removed = [PackageChange("removed", f"c{i}", ("1",), (), 0, 0) for i in range(13)]
    diff = Diff("a", "b", {}, {}, (), (*rebuilt, *upgraded, *removed), ())
    said = markdown.dump(order.arranged(diff, "kind"))
    assert "<summary>Nix closure: 13 removed, 187 upgraded, 1,627 rebuilt</summary>" in said
    rows = [line.split(" | ")[0] for line in said.splitlines() if line.startswith("| ")]
    assert Counter(rows) == {"| removed": 13, "| upgraded": 187, "| ": 1, "| ---": 1}
    assert "1,627 more, rebuilt with the same versions." in said
    assert "does not fit" not in said


def test_markdown_says_what_it_cut() -> None:
    changes = [PackageChange("added", f"a{i}", (), ("1",), 0, 0) for i in range(3_500)]
    changes += [PackageChange("changed", f"b{i}", ("2",), ("1",), 0, 0) for i in range(200)]
    paths = tuple(PathChange(f"/etc/{i}", None, "file", ("+x",)) for i in range(3))
    said = markdown.dump(order.arranged(Diff("a", "b", {}, {}, (), (*changes,), paths), "kind"))
    assert len(said) <= markdown.LONGEST
    shown = said.count("\n| added")
    assert 0 < shown < 3_500
    assert (
        f"Nix closure: {3_500 - shown:,} added, 200 changed; "
        "Overlay: 3 added, the text of 3 files)" in said
    )
    assert said.count("<details>") == said.count("</details>")


def test_changed_paths_of_the_overlay_in_few_words(capsys: pytest.CaptureFixture[str]) -> None:
    paths = (
        PathChange("/a", "symlink -> x", "symlink -> y"),
        PathChange("/b", "file 0644 root:root", "file 0644 root:root"),
        PathChange("/c", "directory 0755 root:root", "symlink -> y"),
    )
    diff_text.show(Diff("a", "b", {}, {}, (), (), paths), None)
    assert capsys.readouterr().out.splitlines()[:4] == [
        "Overlay",
        "  C  /a  x -> y",
        "  C  /b  other content",
        "  C  /c  directory 0755 root:root -> symlink -> y",
    ]
