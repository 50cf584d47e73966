# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# A derivation that runs one of our scripts with the set's busybox. It has no stdenv, so that it is
# small and its path depends on little. `env` also works with structured attributes.
{ pkgs, system }:
let
  busybox =
    pkgs.busybox or (throw "voidgen: the package set has no busybox, with which voidgen builds");
in
name: script: attrs:
derivation (
  {
    inherit name system;
    builder = "${busybox}/bin/busybox";
    args = [
      "env"
      "PATH=${busybox}/bin"
      "out=${builtins.placeholder "out"}"
      "sh"
      # A file with a fixed name, content and mode: modes differ between checkouts.
      (builtins.toFile (baseNameOf script) (builtins.readFile script))
    ];
    preferLocalBuild = true;
  }
  // attrs
)
