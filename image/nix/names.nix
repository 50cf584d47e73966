# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# Names, as nixpkgs forms them.
rec {
  # lib.getName
  package = package: package.pname or (builtins.parseDrvName package.name).name;

  version = package: package.version or (builtins.parseDrvName package.name).version;

  # The package a refusal of nixpkgs speaks of: the first thing it quotes. Which quotes it
  # uses has changed between releases.
  refused = message:
    let parts = builtins.split "‘|’|'" message;
    in if builtins.length parts < 3 then "?"
    else (builtins.parseDrvName (builtins.elemAt parts 2)).name;

  # SPDX ids where there are any. A licence is a string, a set, a list of these or, in
  # newer nixpkgs, an expression over them.
  licenses = license:
    if builtins.isList license then builtins.concatMap licenses license
    else if builtins.isString license then [ license ]
    else if license ? licenses then licenses license.licenses
    else if license ? license then licenses license.license
    else [ (license.spdxId or license.shortName or license.fullName or "unknown") ];

  unfree = meta:
    let free = license: !(builtins.isAttrs license) || license.free or true;
    in meta.unfree or (!(builtins.all free
      (if builtins.isList (meta.license or [ ]) then meta.license or [ ] else [ meta.license ])));
}
