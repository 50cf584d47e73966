# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# The derivations of one image, as flake outputs, for the image's system.
{
  plan,
  manifest,
  include,
  mklive,
  pkgs,
  # The package sets by name: where they are (package-set.nix), and what packages.nix needs.
  sources,
  sets,
}:
let
  build = import ./build.nix {
    inherit pkgs;
    inherit (plan.image) system;
  };
  packages = import ./packages.nix {
    inherit sets;
    inherit (plan) nix;
    inherit (plan.image) system;
  };

  collisions = import ./collisions.nix { inherit build packages; };

  # The folders of the image that have the flake of its packages.
  places = map (entry: entry.path) (
    builtins.filter (entry: entry.made-by.kind or null == "packages-flake") plan.include
  );
  place = if places == [ ] then null else builtins.head places;
  flake = import ./packages-flake.nix {
    inherit
      build
      place
      plan
      sources
      ;
  };

  profile = import ./profile.nix {
    inherit
      build
      collisions
      flake
      packages
      place
      sources
      ;
    inherit (plan.image) system;
  };
  closure = import ./closure.nix { inherit build profile; };
  includeTree = import ./include.nix {
    inherit
      build
      flake
      include
      mklive
      pkgs
      profile
      ;
    entries = plan.include;
  };
  default =
    import ./tree.nix {
      inherit
        build
        closure
        collisions
        manifest
        packages
        profile
        ;
      include = includeTree;
      builtFrom = import ./built-from.nix {
        inputs = builtins.mapAttrs (_: source: source.here) sources // {
          inherit mklive;
        };
      };
    }
    // {
      # What `nix eval` can read without a build.
      packages = map (package: { inherit (package) name version; }) packages;
      # Without context, so that reading them builds nothing.
      selected = map (package: {
        inherit (package)
          main
          name
          pname
          version
          ;
        outputs = builtins.listToAttrs (
          map (
            output: output // { value = builtins.unsafeDiscardStringContext output.value; }
          ) package.outputs
        );
      }) packages;
    };
in
{
  packages = {
    inherit
      closure
      collisions
      default
      profile
      ;
    include = includeTree;
  };
  checks.include = import ./check.nix {
    inherit build profile;
    include = includeTree;
    entries = plan.include;
  };
}
