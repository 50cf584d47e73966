"""The differences between two snapshots in each layer, and their forms."""

import json

import attrs
import pytest
from tests.support import documents
from tests.unit.diff.store import paths

from voidgen.cli import diff_text
from voidgen.diff import as_json, compare, html, markdown, order, words
from voidgen.diff.closure import PackageChange
from voidgen.diff.types import Diff, PathChange, Value
from voidgen.image.snapshot import Entry, Locked, Snapshot, Xbps

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
