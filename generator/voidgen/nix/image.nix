# The derivations of one image, as flake outputs of its system.
{ plan, manifest, include, mklive, pkgs }:
let
  build = import ./build.nix {
    inherit (plan.image) system;
    busybox = pkgs.busybox or (throw "voidgen: the package set has no busybox, with which voidgen builds");
  };
  packages = import ./packages.nix { inherit pkgs; inherit (plan) nix; };

  profile = import ./profile.nix { inherit build packages; };
  closure = import ./closure.nix { inherit build profile; };
  includeTree = import ./include.nix {
    inherit build include mklive pkgs profile;
    entries = plan.include;
  };
  default = import ./tree.nix {
    inherit build closure manifest packages profile;
    include = includeTree;
  } // {
    # What evaluation alone knows of them, for `nix eval`.
    packages = map (package: { inherit (package) name version; }) packages;
    # Without context, so that nothing is built to tell them.
    storePaths = builtins.listToAttrs (map
      (package: {
        inherit (package) name;
        value = map (output: builtins.unsafeDiscardStringContext output.value) package.outputs;
      })
      packages);
  };
in
{
  packages = {
    inherit closure default profile;
    include = includeTree;
  } // (if mklive == null then { } else {
    mklive = build "mklive" ./mklive.sh { source = "${mklive}"; };
  }) // (if !(pkgs ? xbps) then { } else { inherit (pkgs) xbps; })
  // (if mklive == null || !(pkgs ? dockerTools && pkgs ? xbps) then { } else {
    container = import ./container.nix { inherit pkgs; };
  });
  checks.include = import ./check.nix {
    inherit build profile;
    include = includeTree;
    entries = plan.include;
  };
}
