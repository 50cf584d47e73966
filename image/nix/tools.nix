# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# The programs that make the ISO. They run on the machine that builds and are not part of the image,
# so they are for that machine's system.
{
  # The image's system.
  image,
  # `xbps` in voidgen.lock, or null.
  locked,
  mirrors,
  # The void-mklive source, or null.
  mklive,
  pkgs,
  system,
}:
let
  build = import ./build.nix { inherit pkgs system; };
  iso-tools = import ./iso-tools.nix {
    inherit pkgs;
    setid = import ./setid.nix {
      inherit
        build
        image
        pkgs
        system
        ;
    };
  };
  xbps-packages = import ./xbps-packages.nix {
    inherit
      build
      locked
      mirrors
      pkgs
      ;
  };
in
(
  if mklive == null then
    { }
  else
    {
      mklive = build "mklive" ./mklive.sh { source = "${mklive}"; };
    }
)
// (if !(pkgs ? xbps) then { } else { inherit (pkgs) xbps; })
// (if mklive == null || !(pkgs ? buildEnv && pkgs ? xbps) then { } else { inherit iso-tools; })
// (
  if mklive == null || !(pkgs ? dockerTools.streamLayeredImage && pkgs ? xbps) then
    { }
  else
    {
      container = import ./container.nix {
        inherit build pkgs;
        tools = import ./iso-tools.nix { inherit pkgs; };
      };
    }
)
// (if locked == null then { } else { inherit xbps-packages; })
// (
  if locked == null || !(pkgs ? xbps) then
    { }
  else
    {
      xbps-repository = import ./xbps-repository.nix {
        inherit build locked;
        packages = xbps-packages;
        inherit (pkgs) xbps;
      };
    }
)
