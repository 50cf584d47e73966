# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# A profile that `nix profile` reads: the links that Nix's own builder makes, and a manifest.json
# instead of the manifest.nix, which only `nix-env` reads.
{
  build,
  packages,
  collisions,
  system,
  # The path of the flake in the image, from which packages are upgraded, and the flake itself.
  place,
  flake,
  # The package sets by name; those that are store paths of the image are `carried`.
  sources,
}:
let
  inherit (builtins) concatStringsSep match toJSON;
  carried = builtins.filter (path: path != null) (
    map (source: source.carried or null) (builtins.attrValues (removeAttrs sources [ "nixpkgs" ]))
  );
  # As Nix writes attribute paths.
  quoted = name: if match "[a-zA-Z_][a-zA-Z0-9_'-]*" name == null then toJSON name else name;

  element =
    package:
    {
      active = true;
      inherit (package) priority;
      storePaths = map (output: output.value) package.outputs;
    }
    // (
      # Nix cannot upgrade packages of a set that the image's flake does not have.
      if place == null || sources.${package.set}.isLeftOut or false then
        { }
      else
        {
          attrPath = concatStringsSep "." (
            map quoted (
              [
                "legacyPackages"
                system
              ]
              ++ package.path
            )
          );
          originalUrl = "path:${place}";
          # A flake in a folder is locked like this; its files have the time 1, like the store's.
          url = "path:${place}?lastModified=1&narHash=@narHash@";
          # As in `nix profile add`: null for the package's own choice.
          outputs = if package.wanted == [ ] then null else map (output: output.name) package.outputs;
        }
    );
in
build "profile" ./profile.sh {
  links = import ./profile-links.nix { inherit collisions packages; };
  # Every Nix from 2.8 on reads version 2.
  manifest = toJSON (
    {
      version = 2;
      elements = map element packages;
    }
    # Nix ignores this key. It makes the set part of the closure, so garbage collection keeps it.
    // (
      if place == null || !(sources.nixpkgs ? carried) then
        { }
      else
        { package-set = "${sources.nixpkgs.carried}"; }
    )
    // (if place == null || carried == [ ] then { } else { package-sets = map toString carried; })
  );
  narHash = if place == null then "" else import ./nar-hash.nix { inherit build; } flake;
  passAsFile = [ "manifest" ];
}
