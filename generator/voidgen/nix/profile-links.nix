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
  # It names the packages and a remedy before this builder fails.
  inherit collisions;
  preferLocalBuild = true;
}
