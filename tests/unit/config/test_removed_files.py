"""[image] remove-files: which patterns are taken."""

import pytest

from voidgen.config.image import ImageConfig
from voidgen.config.removed_files import RULE
from voidgen.schema.rule import MisfitError

GOOD = [
    *("/usr/share/doc/*", "/**/*.pyc", "/usr/lib/firmware/[!a-c0-9._+]*", "/etc/a b", "/été/?"),
    *("/usr/share/man/[a-z][a-z]", "/usr/.hidden", "/usr/lib/{a,b}", "/usr/..data"),
]
BAD = [
    *("", "/", "usr/share/doc", "/usr/", "//usr", "/usr/../etc", "/usr/.", "/..", "/a\\*", "/a\n"),
    *("/[a", "/a]", "/[/]", "/[[:alpha:]]", "/[+-9]", "/[]", "/\x1b"),
]


@pytest.mark.parametrize("pattern", GOOD)
def test_patterns(pattern: str) -> None:
    assert RULE.check(pattern) == pattern
    assert ImageConfig("test", remove_files=(pattern,)).remove_files == (pattern,)


@pytest.mark.parametrize("pattern", BAD)
def test_no_patterns(pattern: str) -> None:
    with pytest.raises(MisfitError):
        RULE.check(pattern)


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        ("/dev/*", "/dev of the image has no files of packages"),
        ("/nix/store/**", "/nix of the image has no files of packages"),
        ("/usr/[z-a]", "'/usr/[z-a]' is not a pattern: bad character range z-a"),
    ],
)
def test_patterns_that_match_nothing(pattern: str, what: str) -> None:
    with pytest.raises(MisfitError) as caught:
        ImageConfig("test", remove_files=("/usr/share/doc/*", pattern))
    assert (caught.value.what, caught.value.key) == (what, ("remove-files", 1))
