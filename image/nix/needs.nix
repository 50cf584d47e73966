# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# What a package set needs that this Nix lacks; null if it lacks nothing. Nixpkgs lists its needs in
# lib/minfeatures.nix, and up to 25.05 in lib/minver.nix.
set:
let
  inherit (builtins)
    filter
    head
    match
    nixVersion
    pathExists
    ;

  features = set + "/lib/minfeatures.nix";
  oldest = set + "/lib/minver.nix";
  version = import oldest;

  missing =
    if pathExists features then
      map (feature: feature.description) (import features).missing
    else if pathExists oldest && builtins.compareVersions version nixVersion == 1 then
      [ "at least ${version}" ]
    else
      [ ];

  versions = filter (found: found != null) (map (match ".*at least ([0-9.]*[0-9]).*") missing);
  wanted =
    if versions == [ ] then
      "a Nix with ${builtins.concatStringsSep ", " missing}"
    else
      "Nix ${head (head versions)} or later";
in
if missing == [ ] then null else "needs ${wanted}, but this is ${nixVersion}"
