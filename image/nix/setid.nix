# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# The library lib/voidgen/setid.so (see setid.c), or null if it cannot be had: without it, an ISO needs
# filter-syscalls = false in the builder's nix.conf.
{
  build,
  # The image's system: its programs load the library, too.
  image,
  pkgs,
  system,
}:
let
  # A set may refuse a package as broken.
  isUsable = package: (builtins.tryEval (builtins.isString package.outPath)).success;

  # tinycc is much smaller than stdenv's compiler, which nothing else in a closure may need.
  compiler =
    if pkgs ? tinycc && pkgs ? linuxHeaders && isUsable pkgs.tinycc && isUsable pkgs.linuxHeaders then
      {
        # Its first output is another one.
        compiler = "${pkgs.tinycc.out or pkgs.tinycc}/bin/tcc";
        headers = "${pkgs.linuxHeaders}/include";
      }
    else if pkgs ? stdenv.cc && isUsable pkgs.stdenv.cc then
      # With headers of its own.
      { compiler = "${pkgs.stdenv.cc}/bin/cc"; }
    else
      null;
in
if
  compiler == null
  || system != image
  || !(builtins.elem system [
    "aarch64-linux"
    "x86_64-linux"
  ])
then
  null
else
  build "setid" ./setid.sh (
    compiler // { source = builtins.toFile "setid.c" (builtins.readFile ./setid.c); }
  )
