# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# What `nix build` puts into ./result: the overlay, the profile, and everything known about them. It
# names the closure's paths, so garbage collection keeps them, and copies none.
{
  build,
  builtFrom,
  closure,
  collisions,
  include,
  manifest,
  packages,
  profile,
}:
let
  entry =
    package:
    {
      inherit (package)
        license
        name
        pname
        unfree
        version
        ;
      outputs = builtins.listToAttrs package.outputs;
    }
    // (if package.description == null then { } else { inherit (package) description; });
  lines = builtins.concatStringsSep ",\n" (map (package: builtins.toJSON (entry package)) packages);
in
build "image" ./tree.sh {
  inherit
    closure
    collisions
    include
    profile
    ;
  plan = builtins.toFile "plan.json" (builtins.readFile manifest);
  builtFrom = builtins.toJSON builtFrom;
  packages = "[\n${lines}\n]";
  passAsFile = [ "packages" ];
}
