# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# A locale archive for programs of Nix, made with the set's own glibc: programs read only archives
# of a similar glibc.
{ build, pkgs }:
{ path, locales, ... }:
let
  glibc =
    pkgs.glibc or (throw ''
      voidgen: [nix] locales needs glibc, which makes ${path}, and the package set has no package "glibc".
      Remove locales from voidgen.toml, or add glibc to the package set.'');
in
build "locale-archive" ./locales.sh {
  inherit locales;
  glibc = "${glibc.out or glibc}";
  programs = "${glibc.bin or glibc}";
}
