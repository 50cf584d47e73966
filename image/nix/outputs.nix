# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# Outputs of the flake that the image carries.
{ nixpkgs }:
let
  request = builtins.fromJSON (builtins.readFile ./packages.json);
  names = import ./names.nix;
in
{
  legacyPackages.${request.system} = import nixpkgs {
    inherit (request) system;
    config = {
      allowInsecurePredicate = package: builtins.elem (names.withVersion package) request.insecure;
      allowUnfreePredicate = package: builtins.elem (names.package package) request.unfree;
    };
    overlays = map (file: import (./overlays + "/${file}")) request.overlays;
  };
}
