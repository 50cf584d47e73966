# Emitted by voidgen from voidgen.toml: edit that, and run `voidgen generate`.
{
  description = "Void Linux, offline (offline)";


  outputs =
    inputs:
    import ./image/nix {
      inherit inputs;
      manifest = ./image/manifest.json;
      include = ./image/include;
      nixpkgs = ./packages/2026.10;
    };
}
