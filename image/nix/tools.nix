# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# What makes the ISO: the programs, Void's packages, and the ISO itself. The programs run on the
# machine that builds and are not part of the image, so they are for that machine's system.
{
  # The image's output.
  default,
  # The emitted folder image/iso, and that of the image's job.
  folder,
  job,
  # The text of flake.lock and the parsed voidgen.lock, each null if the file is missing.
  locks,
  # The void-mklive source, or null.
  mklive,
  pkgs,
  plan,
  system,
}:
let
  build = import ./build.nix { inherit pkgs system; };
  locked = locks.voidgen.xbps or null;
  lacks = import ./iso-lacks.nix {
    inherit mklive pkgs plan;
    flakeLock = if locks.flake == null then { } else builtins.fromJSON locks.flake;
    voidgenLock = locks.voidgen;
  };

  iso-tools = import ./iso-tools.nix {
    inherit pkgs;
    setid = import ./setid.nix {
      inherit build pkgs system;
      image = plan.image.system;
    };
  };
  mklive-source = build "mklive" ./mklive.sh { source = "${mklive}"; };
  xbps-packages = import ./xbps-packages.nix {
    inherit build locked pkgs;
    mirrors = plan.xbps.mirrors or [ ];
  };
  xbps-repository = import ./xbps-repository.nix {
    inherit build locked;
    packages = xbps-packages;
    inherit (pkgs) xbps;
  };
in
{
  packages =
    (if mklive == null then { } else { mklive = mklive-source; })
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
    // (if locked == null || !(pkgs ? xbps) then { } else { inherit xbps-repository; })
    // (
      if lacks != null then
        { }
      else
        {
          iso = import ./iso.nix {
            inherit
              build
              default
              folder
              job
              pkgs
              system
              ;
            flakeLock = locks.flake;
            image = plan.image.name;
            mklive = mklive-source;
            repository = xbps-repository;
            tools = iso-tools;
            voidgenLock = locks.voidgen;
          };
        }
    );

  # `nix build .#iso` looks here next, and prints the message. `nix flake check` and `nix flake show`
  # do not look here.
  legacyPackages = if lacks == null then { } else { iso = throw lacks; };
}
