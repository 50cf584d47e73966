# Emitted by voidgen from voidgen.toml: edit that, and run `voidgen generate`.
{
  description = "Void Linux (void-live-stable)";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
  inputs.mklive = {
    url = "github:void-linux/void-mklive";
    flake = false;
  };

  outputs =
    inputs:
    import ./image/nix {
      inherit inputs;
      manifest = ./image/manifest.json;
      include = ./image/include;
      nixpkgs = inputs.nixpkgs;
      lock = ./flake.lock;
      mklive = inputs.mklive;
      voidgenLock = ./voidgen.lock;
      extra = ./generator/outputs.nix;
    };
}
