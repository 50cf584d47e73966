"""A diff as Markdown and as HTML, whatever names are in it."""

import html as html_text
import re
from collections import Counter
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from voidgen.diff import compare, html, markdown, order
from voidgen.diff.closure import PackageChange
from voidgen.diff.types import Diff, PathChange, Value
from voidgen.image.snapshot import Entry, Snapshot
from voidgen.text import visible

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
    old = Snapshot("x", overlay={"/f": Entry("file", "0644", text="one\ntwo\n")})
    fenced = compare.compare(old, Snapshot("x", overlay={"/f": Entry("file", text="```\n````\n")}))
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
