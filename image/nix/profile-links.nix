# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# The links of the profile, as Nix's own builder makes them.
{ packages, collisions }:
derivation {
  name = "profile-links";
  system = "builtin";
  builder = "builtin:buildenv";
  derivations = map (
    package:
    [
      "true"
      package.priority
      (builtins.length package.outputs)
    ]
    ++ map (output: output.value) package.outputs
  ) packages;
  manifest = builtins.toFile "manifest.nix" "[ ]";
  # Builds the report of collisions first: its errors name the packages and what to do.
  inherit collisions;
  preferLocalBuild = true;
}
