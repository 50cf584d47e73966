# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# Names, as nixpkgs forms them.
rec {
  # lib.getName: what [nix] unfree lists.
  package = package: package.pname or (builtins.parseDrvName package.name).name;

  version = package: package.version or (builtins.parseDrvName package.name).version;

  # check-meta's getNameWithVersion: what [nix] insecure lists.
  withVersion = package: package.name or "${package.pname}-${package.version or ""}";

  # Whether a message names the package. From 26.11 on, nixpkgs does not say which package has a
  # problem (stdenv/generic/problems.nix).
  isNamed =
    message:
    builtins.any (start: builtins.substring 0 (builtins.stringLength start) message == start) [
      "Package "
      "Refusing to evaluate package "
    ];

  # The package that nixpkgs refuses: the first quoted text of its message. Releases use different
  # quotes.
  quoted =
    message:
    let
      parts = builtins.split "‘|’|'" message;
    in
    if builtins.length parts < 3 then "?" else builtins.elemAt parts 2;

  # The name that an unfree predicate compares. From 21.11 on, nixpkgs' message has it. The
  # derivation's name may have a prefix that this one lacks.
  unfreeRefused =
    message:
    let
      parts = builtins.split "lib[.]getName pkg[)] [[][^\"]*\"([^\"]*)\"" message;
    in
    if builtins.length parts > 1 then
      builtins.head (builtins.elemAt parts 1)
    else
      (builtins.parseDrvName (quoted message)).name;

  # A license is a string, a set, a list of these or, in newer nixpkgs, an expression over them.
  licenses =
    license:
    if builtins.isList license then
      builtins.concatMap licenses license
    else if builtins.isString license then
      [ license ]
    else if license ? licenses then
      licenses license.licenses
    else if license ? license then
      licenses license.license
    else
      [ (license.spdxId or license.shortName or license.fullName or "unknown") ];

  # SPDX expressions, if the set can form them (lib.licenses.toSPDX).
  spdx =
    lib: license:
    if builtins.isList license then
      builtins.concatMap (spdx lib) license
    else if license ? licenseType && lib ? licenses.toSPDX then
      [ (lib.licenses.toSPDX license) ]
    else
      licenses license;

  isUnfree =
    meta:
    let
      free = license: !(builtins.isAttrs license) || license.free or true;
    in
    meta.unfree or (
      !(builtins.all free (
        if builtins.isList (meta.license or [ ]) then meta.license or [ ] else [ meta.license ]
      ))
    );
}
