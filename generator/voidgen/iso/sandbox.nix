# mklive's results: the ISO and the lists of its content. Nix's sandbox takes the place of a
# container: the builder needs the feature uid-range, which makes it root of its own user ids.
{
  # A file of JSON: see iso/nix_sandbox.py.
  arguments,
}:
let
  inherit (builtins.fromJSON (builtins.readFile arguments))
    environment
    home
    inputs
    salt
    system
    tools
    ;
  bash = "${builtins.storePath tools}/bin/bash";
in
derivation {
  name = "iso";
  # Another one makes another derivation of the same content.
  inherit environment salt system;
  home = builtins.storePath home;
  # In the sandbox, the store has only these and what they need.
  inputs = map builtins.storePath inputs;
  tools = builtins.storePath tools;
  __structuredAttrs = true;
  builder = bash;
  args = [ "${builtins.storePath home}/sandbox.sh" ];
  requiredSystemFeatures = [ "uid-range" ];
  # The ISO names store paths, and contains copies of them.
  unsafeDiscardReferences.out = true;
}
