# voidgen itself, beside the reference image: `nix run`, `nix develop`, `nix flake check`.
{ pkgs, ... }:
let
  python = pkgs.python3.pkgs;
  project = builtins.fromTOML (builtins.readFile ../pyproject.toml);
  # By the names of PyPI, which nixpkgs has them under, but for tree-sitter's grammars.
  dependencies = map (
    requirement:
    (python.tree-sitter-grammars // python)
    .${builtins.head (builtins.match "([A-Za-z0-9._-]+).*" requirement)}
  ) project.project.dependencies;

  voidgen = python.buildPythonApplication {
    pname = project.project.name;
    version = builtins.head (builtins.match ".*__version__ = \"([^\"]*)\".*"
      (builtins.readFile ./voidgen/__init__.py));
    pyproject = true;
    src = pkgs.lib.fileset.toSource {
      root = ../.;
      fileset = pkgs.lib.fileset.unions [
        ../pyproject.toml
        ../README.md
        ../LICENSE
        ../generator/man
        ../generator/voidgen
        ../overlay-src
        ../examples/offline
      ];
    };
    build-system = [ python.hatchling ];
    inherit dependencies;
    # Programs that voidgen starts.
    makeWrapperArgs = [ "--prefix PATH : ${pkgs.lib.makeBinPath [ pkgs.git ]}" ];
    meta = {
      inherit (project.project) description;
      mainProgram = "voidgen";
      license = pkgs.lib.licenses.mit;
    };
  };
in
{
  packages = { inherit voidgen; };
  apps.default = {
    type = "app";
    program = "${voidgen}/bin/voidgen";
  };
  devShells.default = pkgs.mkShell {
    packages = [
      (pkgs.python3.withPackages (
        _: dependencies ++ (with python; [ hypothesis jsonschema mypy pytest pytest-xdist ])
      ))
      pkgs.busybox
      pkgs.git
      pkgs.ruff
      pkgs.shellcheck
    ];
  };
}
