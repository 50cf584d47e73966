# The hash (SRI) that Nix gives a folder as a flake input: that of its NAR, which does not depend
# on where it lies. Only structured attributes tell it to a builder.
{ build }:
path:
build "nar-hash" ./nar-hash.sh {
  __structuredAttrs = true;
  exportReferencesGraph.closure = [ path ];
  wanted = path;
}
