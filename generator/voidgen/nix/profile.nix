# A profile that `nix profile` reads: the links that Nix's own builder makes, and a
# manifest.json in place of the manifest.nix that only `nix-env` understands.
{ build, packages }:
let
  paths = package: map (output: output.value) package.outputs;

  links = derivation {
    name = "profile-links";
    system = "builtin";
    builder = "builtin:buildenv";
    derivations = map
      (package: [ "true" package.priority (builtins.length package.outputs) ] ++ paths package)
      packages;
    manifest = builtins.toFile "manifest.nix" "[ ]";
    preferLocalBuild = true;
  };

  element = package: {
    active = true;
    inherit (package) priority;
    storePaths = paths package;
  };
in
build "profile" ./profile.sh {
  inherit links;
  # Version 2 is what every Nix from 2.8 on reads.
  manifest = builtins.toJSON { version = 2; elements = map element packages; };
  passAsFile = [ "manifest" ];
}
