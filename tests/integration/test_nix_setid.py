"""Which compiler the library for setuid bits gets from a package set, and when there is none."""

import json

import pytest
from tests.integration.offline import NIX_CODE, Nix

SETS = """
rec {
  # The first output of nixpkgs' tinycc does not have the compiler.
  tcc = { outPath = "/tinycc-dev"; out = "/tinycc"; };
  headers = { outPath = "/headers"; };
  cc = { outPath = "/cc"; };
  broken.outPath = throw "marked as broken";

  nixpkgs = { tinycc = tcc; linuxHeaders = headers; stdenv.cc = cc; };
  plain = { tinycc.outPath = "/tinycc"; linuxHeaders = headers; };
  withoutHeaders = removeAttrs nixpkgs [ "linuxHeaders" ];
  withBroken = nixpkgs // { tinycc = broken; };
  onlyBroken = { tinycc = broken; linuxHeaders = headers; stdenv.cc = broken; };
  offline = { };
}
"""
TCC = ["/tinycc/bin/tcc", "/headers/include"]
CC = ["/cc/bin/cc", None]


def compiler(nix: Nix, chosen: str, system: str, image: str) -> object:
    """Return the compiler and the folder of its headers, or None if there is no library."""
    expression = f"""
    let
      found = import {NIX_CODE}/setid.nix {{
        build = name: script: attrs: attrs;
        pkgs = ({SETS}).{chosen};
        system = "{system}";
        image = "{image}";
      }};
    in if found == null then null else [ found.compiler (found.headers or null) ]
    """
    words = ("nix-instantiate", "--eval", "--strict", "--json", "-E", expression)
    return json.loads(nix.run(*words))


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ("nixpkgs", TCC),
        ("plain", TCC),
        ("withoutHeaders", CC),
        ("withBroken", CC),
        ("onlyBroken", None),
        ("offline", None),
    ],
)
def test_the_set_gives_a_compiler(nix: Nix, chosen: str, expected: object) -> None:
    assert compiler(nix, chosen, "x86_64-linux", "x86_64-linux") == expected


@pytest.mark.parametrize(
    ("system", "image", "expected"),
    [
        ("aarch64-linux", "aarch64-linux", TCC),
        ("i686-linux", "i686-linux", None),
        ("x86_64-linux", "i686-linux", None),
        ("x86_64-linux", "aarch64-linux", None),
    ],
)
def test_the_image_has_the_processor_of_the_machine(
    nix: Nix, system: str, image: str, expected: object
) -> None:
    assert compiler(nix, "nixpkgs", system, image) == expected
