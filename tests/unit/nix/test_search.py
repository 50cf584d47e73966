"""What is given to `nix search`, and what it prints while it evaluates."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voidgen.nix import search


@given(st.text(string.printable, min_size=1))
def test_a_word_stands_for_itself(word: str) -> None:
    pattern = search._pattern(word)  # noqa: SLF001
    assert re.fullmatch(pattern, word)
    assert not pattern.startswith("-")


LINES = b"".join(
    b"evaluating '%s'...\n" % name
    for name in (
        b"", b"legacyPackages", b"legacyPackages.x86_64-linux", b"legacyPackages.x86_64-linux.Acl",
        b"legacyPackages.x86_64-linux._0", b"legacyPackages.x86_64-linux.atop",
        b"legacyPackages.x86_64-linux.kde.zlib", b"legacyPackages.x86_64-linux.zed",
    )
)  # fmt: skip


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_stages_are_letters_and_other_lines_stay(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "PATIENCE", -1)
    reached: list[tuple[int, int, str]] = []
    stages = search._Stages(lambda: lambda *stage: reached.append(stage))  # noqa: SLF001
    data = b"warning: one\n" + LINES + b"evaluation\nerror: two"
    said = b"".join(stages.read(data[at : at + size]) for at in range(0, len(data), size))
    assert said == b"warning: one\nevaluation\nerror: two"
    assert reached == [
        (1, 26, "packages from a on"), (11, 26, "packages from k on"),
        (26, 26, "packages from z on"),
    ]  # fmt: skip


def test_a_quick_search_has_no_stages() -> None:
    def begin() -> None:
        raise AssertionError

    assert search._Stages(begin).read(LINES) == b""  # type: ignore[arg-type]  # noqa: SLF001
