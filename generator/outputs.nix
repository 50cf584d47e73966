# voidgen itself, beside the reference image: `nix run`, `nix develop`, `nix flake check`.
{ pkgs, ... }:
let
  python = pkgs.python3.pkgs;
  project = builtins.fromTOML (builtins.readFile ../pyproject.toml);
  dependencies = with python; [
    attrs
    cattrs
    click
    graphviz
    jinja2
    markupsafe
    networkx
    pyelftools
    requests
    rich
    tenacity
    tree-sitter
    tree-sitter-grammars.tree-sitter-toml
    zstandard
    urllib3
  ];

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
      (pkgs.python3.withPackages (_: dependencies ++ (with python; [ hypothesis jsonschema mypy pytest pytest-xdist tomlkit ])))
      pkgs.busybox
      pkgs.git
      pkgs.ruff
      pkgs.shellcheck
    ];
  };
}
