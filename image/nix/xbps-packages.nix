# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# Void's locked packages, as a folder of links. Each package is a fixed-output derivation: Nix takes
# it from its store, a binary cache, the package's repository or a mirror, and checks its hash.
{
  build,
  # `xbps` in voidgen.lock.
  locked,
  # Repositories that may have what a package's own has no longer.
  mirrors,
  pkgs,
}:
let
  fileName = package: "${package.pkgver}.${package.arch}.xbps";

  # Store paths allow fewer characters (Nix manual, "Store Path").
  storeName = builtins.replaceStrings [ ":" "@" "^" "~" ] [ "_" "_" "_" "_" ];

  # A repository may be a folder.
  url =
    repository:
    if builtins.substring 0 1 repository == "/" then
      "file://${builtins.replaceStrings [ "%" " " "#" "?" ] [ "%25" "%20" "%23" "%3F" ] repository}"
    else
      repository;

  fetch =
    package:
    let
      name = storeName (fileName package);
      urls = map (repository: "${url repository}/${fileName package}") (
        [ package.repository ] ++ mirrors
      );
    in
    # Nix's own fetcher takes one URL. The package set's needs programs of the set.
    if mirrors == [ ] || !(pkgs ? fetchurl) then
      import <nix/fetchurl.nix> {
        inherit name;
        inherit (package) hash;
        url = builtins.head urls;
      }
    else
      pkgs.fetchurl {
        inherit name urls;
        sha256 = package.hash;
      };
in
build "xbps-packages" ./xbps-packages.sh {
  # Not toFile, because it refers to outputs of derivations.
  packages = builtins.concatStringsSep "" (
    map (package: "${fileName package}\n${fetch package}\n") locked.packages
  );
  passAsFile = [ "packages" ];
}
