# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# What Nix knows about every path that the profile needs. To register the paths in another store
# needs their hashes and sizes, which a builder gets only with structured attributes.
{ build, profile }:
build "closure" ./closure.sh {
  __structuredAttrs = true;
  exportReferencesGraph.closure = [ profile ];
}
