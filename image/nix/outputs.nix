# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# Outputs of the flake that the image carries.
{
  nixpkgs,
  # More package sets by name.
  sets ? { },
  # Flakes by name, whose packages are sets.
  flakes ? { },
}:
let
  request = builtins.fromJSON (builtins.readFile ./packages.json);
  names = import ./names.nix;
  packageSet =
    set: overlays:
    import set {
      inherit (request) system;
      config = {
        allowInsecurePredicate = package: builtins.elem (names.withVersion package) request.insecure;
        allowUnfreePredicate = package: builtins.elem (names.package package) request.unfree;
      };
      overlays = map (file: import (./overlays + "/${file}")) overlays;
    };
in
{
  legacyPackages.${request.system} =
    packageSet nixpkgs request.overlays
    // builtins.mapAttrs (name: set: packageSet set request.sets.${name}) sets
    // builtins.mapAttrs (
      _: flake:
      (import ./flake-packages.nix {
        inherit flake;
        inherit (request) system;
      }).pkgs
    ) flakes;
}
