# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# The functions in the overlay files of voidgen.toml.
map (
  file:
  let
    overlay = import file;
  in
  if builtins.isFunction overlay then
    overlay
  else
    throw ''
      voidgen: ${toString file} is not an overlay of nixpkgs, but a ${builtins.typeOf overlay}.
      Begin it with `final: prev:`, then write a set of packages: { NAME = …; }''
)
