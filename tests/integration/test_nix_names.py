"""Names and licences in the forms of nixpkgs of different years."""

import json

import pytest
from tests.integration.offline import NIX_CODE, Nix

MIT = '{ spdxId = "MIT"; shortName = "mit"; free = true; }'
UNFREE = '{ shortName = "unfree"; free = false; }'


def evaluate(nix: Nix, expression: str) -> object:
    names = f"with import {NIX_CODE}/names.nix;"
    words = ("nix-instantiate", "--eval", "--strict", "--json", "-E", f"{names} {expression}")
    return json.loads(nix.run(*words))


@pytest.mark.parametrize(
    ("license", "names"),
    [
        ('"BSD-ish"', ["BSD-ish"]),
        (MIT, ["MIT"]),
        (f'[ {MIT} {UNFREE} "x" ]', ["MIT", "unfree", "x"]),
        ('{ fullName = "Full"; }', ["Full"]),
        (f'{{ licenseType = "compound"; operator = "OR"; licenses = [ {MIT} {UNFREE} ]; }}',
         ["MIT", "unfree"]),
        (f'{{ licenseType = "exception"; license = {MIT}; exception = {{ }}; }}', ["MIT"]),
        ("[ ]", []),
    ],
)  # fmt: skip
def test_licenses(nix: Nix, license: str, names: list[str]) -> None:  # noqa: A002
    assert evaluate(nix, f"licenses ({license})") == names


@pytest.mark.parametrize(
    ("meta", "unfree"),
    [
        ("{ }", False),
        ('{ license = "anything"; }', False),
        (f"{{ license = {MIT}; }}", False),
        (f"{{ license = [ {MIT} {UNFREE} ]; }}", True),
        (f"{{ license = {UNFREE}; }}", True),
        ('{ license = { licenseType = "compound"; licenses = [ ]; }; unfree = true; }', True),
    ],
)
def test_unfree(nix: Nix, meta: str, *, unfree: bool) -> None:
    assert evaluate(nix, f"isUnfree {meta}") is unfree


QUOTED = "Package ‘steam-original-1.0’ in /x.nix:34 has an unfree license (‘unfree’), refusing"  # noqa: RUF001
REFUSED = """Refusing to evaluate package 'python3.13-textual-speedups-1.0' in /x.nix:34 because 'y'
Alternatively you can configure a predicate to allow specific packages:
  { nixpkgs.config.allowUnfreePredicate = pkg: builtins.elem (lib.getName pkg) [
      "textual-speedups"
    ];
"""


@pytest.mark.parametrize(
    ("message", "named", "quoted", "unfree"),
    [
        (QUOTED, True, "steam-original-1.0", "steam-original"),
        (REFUSED, True, "python3.13-textual-speedups-1.0", "textual-speedups"),
        ("broken: This package is broken.", False, "?", "?"),
    ],
)
def test_the_package_that_a_refusal_names(
    nix: Nix, message: str, *, named: bool, quoted: str, unfree: str
) -> None:
    text = json.dumps(message, ensure_ascii=False)
    assert evaluate(nix, f"isNamed {text}") is named
    assert evaluate(nix, f"quoted {text}") == quoted
    assert evaluate(nix, f"unfreeRefused {text}") == unfree


TO_SPDX = '{ licenses.toSPDX = license: "${license.operator} of two"; }'


@pytest.mark.parametrize(
    ("lib", "license", "spdx"),
    [
        ("{ }", MIT, ["MIT"]),
        (TO_SPDX, MIT, ["MIT"]),
        (TO_SPDX, '"BSD-ish"', ["BSD-ish"]),
        (
            TO_SPDX,
            f'[ {MIT} {{ licenseType = "compound"; operator = "OR"; }} ]',
            ["MIT", "OR of two"],
        ),
        ("{ }", f'{{ licenseType = "compound"; licenses = [ {MIT} ]; }}', ["MIT"]),
    ],
)
def test_spdx(nix: Nix, lib: str, license: str, spdx: list[str]) -> None:  # noqa: A002
    assert evaluate(nix, f"spdx {lib} ({license})") == spdx


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ('{ name = "a-b-1"; pname = "b"; version = "1"; }', "a-b-1"),
        ('{ pname = "b"; version = "1"; }', "b-1"),
    ],
)
def test_the_name_with_the_version(nix: Nix, package: str, name: str) -> None:
    assert evaluate(nix, f"withVersion {package}") == name
