# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# What Nix knows of every path that the profile needs. Only structured attributes tell a
# builder hashes and sizes, without which the paths cannot be registered in another store.
{ build, profile }:
build "closure" ./closure.sh {
  __structuredAttrs = true;
  exportReferencesGraph.closure = [ profile ];
}
