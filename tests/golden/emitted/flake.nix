# Emitted by voidgen from voidgen.toml: edit that, and run `voidgen generate`.
{
  description = "Goldén {image}; #1 (golden)";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
  inputs.hm = {
    url = "github:nix-community/home-manager";
    inputs.nixpkgs.follows = "nixpkgs";
    inputs.other.follows = "old";
  };
  inputs.old.url = "github:NixOS/nixpkgs/nixos-25.05";
  inputs.mklive = {
    url = "git+file:///srv/void-mklive?ref=master";
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
      extra = ./nix/extra.nix;
    };
}
