"""Rows of a diff on a terminal of some width."""

import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from voidgen.cli import diff_text, styled
from voidgen.cli.diff_rows import Row, lay_out
from voidgen.cli.styled import Span
from voidgen.diff import order
from voidgen.diff.closure import PackageChange
from voidgen.diff.types import Diff


def text(line: styled.Line) -> str:
    return "".join(span.text for span in line)


WORDS = st.text("abc ü界", max_size=30).map(lambda words: " ".join(words.split()))
ROWS = st.lists(
    st.builds(
        Row,
        st.just(Span("U")),
        WORDS.filter(bool),
        st.lists(st.builds(Span, WORDS.filter(bool)), max_size=2).map(tuple),
        st.sampled_from(["", "+1 B", "-12.5 KiB"]),
        st.lists(WORDS.filter(bool), max_size=2).map(tuple),
    ),
    max_size=5,
)


@given(ROWS, st.integers(30, 120))
@example([Row(Span("U"), "a", (Span("1 -> 2"),), "+1 B"), Row(Span("U"), "b" * 60)], 80)
@example([Row(Span("U"), "")], 30)
@example([Row(Span("U"), "a", (Span("b" * 9), Span("c" * 15, "red")))], 30)
def test_lines_fit_and_have_all_words(rows: list[Row], columns: int) -> None:
    lines = [text(line) for line in lay_out(rows, columns)]
    for line in lines:
        assert styled.width(line) <= columns or len(line.split()) == 1
        assert line == line.rstrip()
    said = [
        word
        for row in rows
        for part in (row.sign.text, row.name, text(row.facts), row.number, *row.below)
        for word in part.split()
    ]
    assert " ".join(lines).split() == said


@given(ROWS)
def test_without_a_terminal_each_row_is_a_line(rows: list[Row]) -> None:
    lines = [text(line) for line in lay_out(rows, None)]
    assert len(lines) == sum(1 + len(row.below) for row in rows)


def test_one_long_name_moves_only_its_own_row() -> None:
    rows = [Row(Span("U"), name, (Span("1 -> 2"),), "+1 B") for name in ("a", "b" * 40, "cc")]
    first, second, third = (text(line) for line in lay_out(rows, 80))
    assert first == "  U  a   1 -> 2  +1 B"
    assert second == f"  U  {'b' * 40}  1 -> 2  +1 B"
    assert third == "  U  cc  1 -> 2  +1 B"


def shown(
    changes: list[PackageChange], columns: int | None = 80, color: styled.Color = "never"
) -> str:
    file = io.StringIO()
    diff = order.arranged(Diff("a", "b", {}, {}, (), tuple(changes), ()), "kind")
    diff_text.show(diff, columns, color, file)
    return file.getvalue()


def test_long_lists_of_versions_are_counted() -> None:
    many = tuple(map(str, range(10)))
    said = shown([PackageChange("changed", "x", many, ("20",), 0, 0)])
    assert "  C  x  0, 1, 2, 3 and 6 more -> 20\n" in said


def test_packages_that_matter_most_come_first() -> None:
    kinds = ["rebuilt", "upgraded", "added", "removed", "outputs"]
    changes = [PackageChange(kind, f"{kind}-package", ("1",), ("1",), 0, 0) for kind in kinds]
    changes.append(PackageChange("upgraded", "zlib", ("1",), ("2",), 0, 0, is_asked=True))
    lines = shown(changes).splitlines()
    assert lines[0] == (
        "Nix closure: 1 removed, 1 added, 2 upgraded, 1 with other outputs, 1 rebuilt"
    )
    found = [line.split()[1] for line in lines[1:7]]
    assert found == [
        "removed-package", "added-package", "zlib", "upgraded-package", "outputs-package",
        "rebuilt-package",
    ]  # fmt: skip
    assert "zlib *+" in lines[3]
    assert "*+ newly asked for" in lines[-1]


@pytest.mark.parametrize(
    ("old", "new", "same", "gone", "came"),
    [
        ("1.2.3", "1.2.10", "1.2.", "3", "10"),
        ("1.2", "1.20", "1.", "2", "20"),
        ("2", "3", "", "2", "3"),
        ("1.0", "1.0.1", "1.0", "", ".1"),
    ],
)
def test_the_part_of_the_version_that_differs_is_coloured(
    old: str, new: str, same: str, gone: str, came: str
) -> None:
    said = shown([PackageChange("upgraded", "x", (old,), (new,), 0, 0)], color="always")
    gone = gone and f"\x1b[31m{gone}\x1b[0m"
    assert f"x  {same}{gone} -> {same}\x1b[32m{came}\x1b[0m" in said


@pytest.mark.parametrize(
    ("color", "environment", "is_terminal", "expected"),
    [
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {}, True, False),
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"TERM": "dumb"}, True, False),
    ],
)
def test_colours(
    color: styled.Color,
    environment: dict[str, str],
    is_terminal: bool,
    expected: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    file = io.StringIO()
    monkeypatch.setattr(file, "isatty", lambda: is_terminal)
    assert styled.is_coloured(color, file) == expected
