"""Names and licences as the nixpkgs of different years give them."""

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
    assert evaluate(nix, f"unfree {meta}") is unfree


@pytest.mark.parametrize(
    "message",
    [
        "Package ‘steam-original-1.0’ in /x.nix:34 has an unfree license (‘unfree’), refusing",  # noqa: RUF001
        "Refusing to evaluate package 'steam-original-1.0' in /x.nix:34 because it has 'y'",
    ],
)
def test_the_package_that_a_refusal_names(nix: Nix, message: str) -> None:
    assert evaluate(nix, f"refused {json.dumps(message, ensure_ascii=False)}") == "steam-original"
