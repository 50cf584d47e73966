"""voidgen's requirements, compared with a real nixpkgs, whose folder VOIDGEN_NIXPKGS names.

It builds nothing: nixpkgs' pythonRuntimeDepsCheckHook would compare the same in a build.
"""

import json
import os
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tests.integration.offline import ROOT, Nix

TREE = os.environ.get("VOIDGEN_NIXPKGS", "")
OUTPUTS = """
let
  pkgs = import TREE { system = "x86_64-linux"; config = { }; overlays = [ ]; };
  # Haskell's packages are nixpkgs' largest files, which a copy of it may lack.
  found = import ROOT/generator/outputs.nix { pkgs = pkgs // { shellcheck = pkgs.busybox; }; };
  inherit (found.packages) voidgen;
in
{
  versions = map (one: one.version) voidgen.dependencies;
  relaxed = voidgen.pythonRelaxDeps;
  derivations = [ voidgen.drvPath found.devShells.default.drvPath ];
  inherit (voidgen.meta) available;
  inherit (found.apps.default) meta program type;
}
"""


@pytest.mark.skipif(
    not Path(TREE, "lib/fileset").is_dir(), reason="VOIDGEN_NIXPKGS names no nixpkgs since 23.11"
)
def test_nixpkgs_has_all_requirements_of_voidgen(nix: Nix) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [Requirement(line) for line in project["dependencies"]]
    expression = OUTPUTS.replace("TREE", TREE).replace("ROOT", str(ROOT))
    words = ["nix-instantiate", "--eval", "--strict", "--json", "--read-write-mode"]
    found = json.loads(nix.run(*words, "--expr", expression))
    relaxed = {canonicalize_name(name) for name in found["relaxed"]}
    lacking = [
        f"{requirement}: nixpkgs has {version}"
        for requirement, version in zip(wanted, found["versions"], strict=True)
        if canonicalize_name(requirement.name) not in relaxed
        and version not in requirement.specifier
    ]
    assert not lacking
    assert len(found["derivations"]) == 2
    assert found["available"]
    assert found["meta"]["description"]
