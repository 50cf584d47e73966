"""Editing voidgen.toml keeps the author's layout and comments."""

import difflib
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voidgen.edit import text
from voidgen.errors import WrongInputError

FILE = Path("voidgen.toml")
NIX = text.LISTS["nix"]
ROOT = Path(__file__).parents[3]
PROJECTS = [ROOT / "voidgen.toml", *sorted(ROOT.glob("examples/*/voidgen.toml"))]


def changed(old: str, new: str) -> list[str]:
    """Return the removed and added lines."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0)
    return [line for line in lines if line[:2] not in {"--", "++", "@@"}]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('[nix]\npackages = ["a"] # c\n', '[nix]\npackages = ["a", "N", "M"] # c\n'),
        ("[nix]\npackages = []\n", '[nix]\npackages = ["N", "M"]\n'),
        (
            '[nix]\npackages = [\n  "a", # c\n  "b",\n]\n',
            '[nix]\npackages = [\n  "a", # c\n  "b",\n  "N",\n  "M",\n]\n',
        ),
        (
            '[nix]\npackages = [\n\t"a"\n]\n',
            '[nix]\npackages = [\n\t"a",\n\t"N",\n\t"M"\n]\n',
        ),
        (
            '[nix]\r\npackages = [\r\n  "a",\r\n]\r\n',
            '[nix]\r\npackages = [\r\n  "a",\r\n  "N",\r\n  "M",\r\n]\r\n',
        ),
        (
            '[nix]\npackages = [\n  "a"\n  # "b"\n]\n',
            '[nix]\npackages = [\n  "a",\n  # "b"\n  "N",\n  "M"\n]\n',
        ),
        ('nix.packages = ["a"]\n', 'nix.packages = ["a", "N", "M"]\n'),
        ('nix = { packages = ["a"] }\n', 'nix = { packages = ["a", "N", "M"] }\n'),
        ('[image]\nname = "x"', '[image]\nname = "x"\n\n[nix]\npackages = ["N", "M"]\n'),
        (
            '[nix]\nnixpkgs = "x" # c\n\n# about xbps\n[xbps]\n',
            '[nix]\nnixpkgs = "x" # c\npackages = ["N", "M"]\n\n# about xbps\n[xbps]\n',
        ),
    ],
)
def test_add_and_remove_names(old: str, new: str) -> None:
    assert text.add(old, NIX, ["N", "M"], FILE) == new
    left = text.listed(text.remove(new, NIX, ["N", "M"], FILE), NIX)
    assert left == text.listed(old, NIX)


@pytest.mark.parametrize("file", PROJECTS, ids=lambda file: file.parent.name)
@pytest.mark.parametrize("kind", text.LISTS)
def test_editing_the_examples_changes_one_line(file: Path, kind: str) -> None:
    old = file.read_text()
    key = text.LISTS[kind]
    had = text.listed(old, key)
    new = text.add(old, key, ["added"], FILE)
    assert text.listed(new, key) == [*had, "added"]
    assert len([line for line in changed(old, new) if line[1:].strip()]) in {1, 2}
    assert text.listed(text.remove(new, key, ["added"], FILE), key) == had
    for name in had:
        assert text.listed(text.remove(old, key, [name], FILE), key) == [
            one for one in had if one != name
        ]


def test_removing_a_name_removes_the_comment_on_its_line() -> None:
    old = '[nix]\npackages = [\n  "a", # of a\n  # of b\n  "b",\n  "c", # of c\n]\n'
    assert text.remove(old, NIX, ["a"], FILE) == (
        '[nix]\npackages = [\n  # of b\n  "b",\n  "c", # of c\n]\n'
    )


OPTIONS = """\
[overlay]
modules = ["a", "b"]

# about a
[overlay.options.a]
x = 1

# about b,
# in two lines
[overlay.options.b]
y = [
  "#",
] # of y

# about mklive
[mklive]
"""


def test_removing_options_removes_the_comments_above_them() -> None:
    without_b = text.remove_options(OPTIONS, "b", FILE)
    assert without_b == (
        '[overlay]\nmodules = ["a", "b"]\n\n# about a\n[overlay.options.a]\nx = 1\n\n'
        "# about mklive\n[mklive]\n"
    )
    assert text.remove_options(without_b, "a", FILE) == (
        '[overlay]\nmodules = ["a", "b"]\n\n# about mklive\n[mklive]\n'
    )


@pytest.mark.parametrize(
    "old",
    [
        '[overlay.options.a]\nx = """\n# no comment\n"""\n\n[overlay.options."b"]\ny = 1\n',
        "[overlay.options]\nb = { y = 1 }\na.x = 1\n",
        "overlay.options.b.y = 1\noverlay.options.a.x = 1\n",
        "[overlay]\noptions = { b = { y = 1 }, a = {} }\n",
        "[overlay.options.b]\n",
        "[overlay.options.b]\ny = 1",
    ],
)
def test_options_are_removed_in_every_spelling(old: str) -> None:
    expected = tomllib.loads(old)["overlay"]["options"]
    del expected["b"]
    found = tomllib.loads(text.remove_options(old, "b", FILE))
    assert found.get("overlay", {}).get("options", {}) == expected


def test_text_that_cannot_be_edited_safely_is_refused() -> None:
    # The table is in two places, and a # in the text looks like a comment.
    old = '[overlay.options.b]\ny = """\n#"""\n[overlay.options.b.c]\nz = 1\n'
    with pytest.raises(WrongInputError) as told:
        text.remove_options(old, "b", FILE)
    (fault,) = told.value.faults
    assert fault.key == ("overlay", "options", "b")
    assert fault.remedy == "edit it yourself"


BLANKS = st.sampled_from(["", " ", "\n", "\n  ", '\n\t# c, [d] "e"\n  ', " # f\n"])
NAMES = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=5)


@given(names=NAMES, blanks=st.lists(BLANKS, min_size=12, max_size=12), comma=st.booleans())
def test_lists_in_any_layout_can_be_edited(
    names: list[str], blanks: list[str], comma: bool
) -> None:
    gaps = iter(blanks)
    parts = [f'{next(gaps)}"{name}"' for name in names]
    end = "," if comma and names else ""
    old = f"[nix] # g\npackages = [{','.join(parts)}{end}{next(gaps)}] # h\nunfree = []\n"
    new = text.add(old, NIX, ["x.y", '"z"'], FILE)
    assert text.listed(new, NIX) == [*names, "x.y", '"z"']
    assert new.count("#") == old.count("#")
    assert text.listed(text.remove(new, NIX, ["x.y", '"z"'], FILE), NIX) == names
    assert text.listed(text.remove(old, NIX, names, FILE), NIX) == []
