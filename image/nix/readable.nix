# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# The package set, if this Nix can read it. Nixpkgs' own message is about NixOS.
set:
let
  lacks = import ./needs.nix set;
in
if lacks == null then
  set
else
  throw ''
    voidgen: the package set ${lacks}.
    `voidgen doctor` says how to get a newer Nix. Or name an older nixpkgs under [nix] in voidgen.toml:
    github:NixOS/nixpkgs/nixos-25.05 is the last one that older Nix reads, and gets no updates.''
