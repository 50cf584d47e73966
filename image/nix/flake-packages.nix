# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# The packages of a flake for a system: those that `nix build FLAKE#NAME` finds.
{ flake, system }:
{
  pkgs = flake.legacyPackages.${system} or { } // flake.packages.${system} or { };
  systems = builtins.attrNames (flake.legacyPackages or { } // flake.packages or { });
}
