# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# The hash (SRI) that a folder has as a flake input: the hash of its NAR, which does not depend on
# its path. A builder gets it only with structured attributes.
{ build }:
path:
build "nar-hash" ./nar-hash.sh {
  __structuredAttrs = true;
  exportReferencesGraph.closure = [ path ];
  wanted = path;
}
