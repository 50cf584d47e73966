# voidgen itself, beside the reference image: `nix run`, `nix develop`, `nix flake check`.
{ pkgs, ... }:
let
  python = pkgs.python3.pkgs;
  project = (builtins.fromTOML (builtins.readFile ../pyproject.toml)).project;
  # By the names of PyPI, which nixpkgs has them under, but for tree-sitter's grammars.
  named = requirement: builtins.head (builtins.match "([A-Za-z0-9._-]+).*" requirement);
  dependencies = map (
    requirement: (python.tree-sitter-grammars // python).${named requirement}
  ) project.dependencies;

  meta = {
    inherit (project) description;
    longDescription = ''
      voidgen resolves Void packages, Nix packages and overlay modules from voidgen.toml, emits a
      flake that builds the Nix closure and the overlay, and runs void-mklive on them in a pinned
      container. The same inputs give the same bytes.
    '';
    mainProgram = "voidgen";
    # As pyproject.toml has it.
    license = builtins.attrValues { inherit (pkgs.lib.licenses) mit cc0 lgpl21Plus; };
    # mklive and XBPS make images of Linux on Linux.
    platforms = pkgs.lib.platforms.linux;
  };

  voidgen = python.buildPythonApplication {
    pname = project.name;
    version = builtins.head (
      builtins.match ".*__version__ = \"([^\"]*)\".*" (builtins.readFile ./voidgen/__init__.py)
    );
    pyproject = true;
    src = pkgs.lib.fileset.toSource {
      root = ../.;
      fileset = pkgs.lib.fileset.unions [
        ../pyproject.toml
        ../README.md
        ../LICENSE
        ../LICENSES
        ../REUSE.toml
        ../generator/man
        ../generator/voidgen
        ../overlay-src
        ../examples/offline
      ];
    };
    build-system = [ python.hatchling ];
    inherit dependencies meta;
    # nixpkgs numbers its grammar of TOML "0.5.1+unstable...": that is the commit of PyPI's 0.7.0.
    pythonRelaxDeps = [ "tree-sitter-toml" ];
    # Programs that voidgen starts.
    makeWrapperArgs = [ "--prefix PATH : ${pkgs.lib.makeBinPath [ pkgs.git ]}" ];
  };
in
{
  packages = { inherit voidgen; };
  apps.default = {
    type = "app";
    program = "${voidgen}/bin/voidgen";
    meta = { inherit (meta) description; };
  };
  devShells.default = pkgs.mkShell {
    packages = [
      (pkgs.python3.withPackages (
        _:
        dependencies
        ++ [
          python.hypothesis
          python.jsonschema
          python.mypy
          python.pytest
          python.pytest-xdist
          python.tree-sitter-grammars.tree-sitter-nix
        ]
      ))
      pkgs.busybox
      pkgs.git
      pkgs.nixfmt
      pkgs.reuse
      pkgs.ruff
      pkgs.shellcheck
    ];
  };
}
