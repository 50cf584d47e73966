# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# A profile that `nix profile` reads: the links that Nix's own builder makes, and a
# manifest.json in place of the manifest.nix that only `nix-env` understands.
{
  build,
  packages,
  collisions,
  system,
  # Where the image has the flake that they can be upgraded from, and what it is there.
  place,
  flake,
  # A store path that this flake needs, or null.
  set,
}:
let
  inherit (builtins) concatStringsSep match toJSON;
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
      if place == null then
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
          # As a flake in a folder is locked; its files are of second 1, like the store's.
          url = "path:${place}?lastModified=1&narHash=@narHash@";
          # As `nix profile add` has it: null for the package's own choice.
          outputs = if package.wanted == [ ] then null else map (output: output.name) package.outputs;
        }
    );
in
build "profile" ./profile.sh {
  links = import ./profile-links.nix { inherit collisions packages; };
  # Version 2 is what every Nix from 2.8 on reads.
  manifest = toJSON (
    {
      version = 2;
      elements = map element packages;
    }
    # No key of Nix's: what the baked profile needs is in the image, and is no garbage there.
    // (if place == null || set == null then { } else { package-set = "${set}"; })
  );
  narHash = if place == null then "" else import ./nar-hash.nix { inherit build; } flake;
  passAsFile = [ "manifest" ];
}
