# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# What the default output was built from, besides the plan: a hash of this folder, and the hash of
# each flake input. voidgen compares it with the project (image/freshness.py does the same).
{
  # The package sets and mklive: flake inputs, or something without a hash.
  inputs,
}:
let
  inherit (builtins)
    attrNames
    concatStringsSep
    filter
    hashFile
    hashString
    isAttrs
    listToAttrs
    map
    readDir
    ;
  here = readDir ./.;
  files = filter (name: here.${name} == "regular") (attrNames here);
  line = name: "${name} ${hashFile "sha256" (./. + "/${name}")}\n";
  locked = filter (name: isAttrs inputs.${name} && inputs.${name} ? narHash) (attrNames inputs);
in
{
  code = hashString "sha256" (concatStringsSep "" (map line files));
  inputs = listToAttrs (
    map (name: {
      inherit name;
      value = inputs.${name}.narHash;
    }) locked
  );
}
