# A package set of plain derivations, built with one static busybox, without a network. It has the
# attributes of nixpkgs that voidgen's Nix code uses.
{
  system,
  release,
  versions,
  config ? { },
  overlays ? [ ],
}:
let
  packages =
    self:
    let
      licenses = import ./licenses.nix;
      make = import ./make.nix {
        inherit config system versions;
        inherit (self) busybox;
      };
      all = import ./packages.nix { inherit licenses make self; };
      # A release has the packages for which it lists a version.
      isReleased = name: versions ? ${name} || !(all.${name} ? pname);
    in
    builtins.removeAttrs all (builtins.filter (name: !(isReleased name)) (builtins.attrNames all))
    // {
      busybox = import ./busybox.nix { inherit licenses system; };
      lib.trivial.release = release;
    };

  extend =
    previous: overlay: self:
    let
      set = previous self;
    in
    set // overlay self set;
  final = builtins.foldl' extend packages overlays final;
in
final
