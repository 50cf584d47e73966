"""The root's flake also has voidgen itself as a package, with its dependencies.

nixpkgs is a stand-in: functions that return their arguments.
"""

import json
import re
import tomllib

from tests.integration.offline import ROOT, Nix

STAND_IN = """
{ names }:
let
  stubs = builtins.listToAttrs (map (name: { inherit name; value = { inherit name; }; })
    (builtins.fromJSON names));
  grammars = builtins.intersectAttrs { tree-sitter-bash = 1; tree-sitter-toml = 1; } stubs;
  pkgs = {
    python3 = {
      pkgs = builtins.removeAttrs stubs (builtins.attrNames grammars) // {
        buildPythonApplication = given: given // { outPath = "/store/voidgen"; };
        hatchling = { };
        tree-sitter-grammars = grammars;
      };
      withPackages = _: { };
    };
    git = { };
    busybox = { };
    lib.makeBinPath = _: "";
    lib.licenses.mit = { };
    lib.fileset = { toSource = given: given.root; unions = _: { }; };
    mkShell = given: given;
  };
  found = import ROOT/generator/outputs.nix { inherit pkgs; };
in
{
  dependencies = map (one: one.name) found.packages.voidgen.dependencies;
  inherit (found.packages.voidgen) pname version;
  inherit (found.apps.default) program;
}
"""


def test_the_package_has_voidgens_dependencies_and_version(nix: Nix) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = [re.split("[^A-Za-z0-9._-]", line)[0] for line in project["dependencies"]]
    words = ["nix-instantiate", "--eval", "--strict", "--json", "--argstr", "names"]
    expression = STAND_IN.replace("ROOT", str(ROOT))
    found = json.loads(nix.run(*words, json.dumps(names), "--expr", expression))
    assert found["dependencies"] == names
    assert found["program"] == "/store/voidgen/bin/voidgen"
    version = (ROOT / "generator/voidgen/__init__.py").read_text()
    assert f'"{found["version"]}"' in version
