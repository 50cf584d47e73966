# A package set that is a folder, in the shape that `nix search` looks for.
{
  # The folder of the package set, and the folder of voidgen's own Nix code.
  nixpkgs,
  code,
  system,
}:
{
  legacyPackages.${system} = import (import (code + "/readable.nix") (/. + nixpkgs)) {
    inherit system;
    config = { };
    overlays = [ ];
  };
}
