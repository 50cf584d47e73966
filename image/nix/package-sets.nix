# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# The package sets of an image by name: nixpkgs, and those of [nix.sets] in voidgen.toml.
{
  # A flake input, or a folder of the project.
  nixpkgs,
  # The flake's inputs.
  inputs,
  plan,
  # The project's folder.
  project,
  # flake.lock, or null.
  lock,
}:
let
  inherit (builtins) mapAttrs substring;
  others = plan.nix.sets or { };
  here =
    name: set:
    let
      folder = set.nixpkgs or "";
    in
    if substring 0 2 folder == "./" then project + substring 1 (-1) folder else inputs.${name};
  given =
    mapAttrs (name: set: set // { here = here name set; }) others
    // {
      nixpkgs = {
        here = nixpkgs;
        overlays = plan.nix.overlays or [ ];
      };
    };
  filesOf = set: map (file: project + "/${file}") (set.overlays or [ ]);
  isFlake = name: given.${name} ? flake;

  # Where each set is (package-set.nix).
  sources = mapAttrs (
    input: set:
    import ./package-set.nix {
      inherit input lock project;
      follows = builtins.attrValues (set.follows or { });
      isFlake = isFlake input;
      nixpkgs = set.here;
      overlays = filesOf set;
    }
  ) given;

  ofSet =
    name: config: host:
    import (import ./readable.nix sources.${name}.here) {
      inherit config;
      system = host;
      overlays = import ./overlays.nix (filesOf given.${name});
    };
in
{
  inherit sources;
  # nixpkgs for a host.
  nixpkgs = ofSet "nixpkgs";
  # What packages.nix needs of each set. `main` is nixpkgs for the image's system.
  sets =
    { config, main }:
    let
      inherit (plan.image) system;
    in
    mapAttrs (
      name: source:
      if isFlake name then
        import ./flake-packages.nix {
          inherit system;
          flake = source.here;
        }
      else
        {
          pkgs = if name == "nixpkgs" then main else ofSet name config system;
          variant = config: ofSet name config system;
        }
    ) sources;
}
