# A derivation that runs one of our scripts under the set's busybox: no stdenv, so that it is
# light and its path depends on little. `env` reaches builders with structured attributes too.
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
      # As a file of fixed name and content: the mode of the checkout's file is not ours to rely on.
      (builtins.toFile (baseNameOf script) (builtins.readFile script))
    ];
    preferLocalBuild = true;
  }
  // attrs
)
