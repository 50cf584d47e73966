# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# The outputs of an image's flake. Everything that varies is in the image manifest. This code is the
# same for every image, for nixpkgs and for any package set with the same names.
arguments@{
  # image/manifest.json
  manifest,
  # The folder of the overlay's files.
  include,
  # A flake input, or a folder of the project.
  nixpkgs,
  # flake.lock, if the image has inputs; the file may be missing.
  lock ? null,
  # The void-mklive source, if the image names one.
  mklive ? null,
  # voidgen.lock, if the image has Void packages; the file may be missing.
  voidgenLock ? null,
  # Names of variants, whose images have folders in image/variants.
  variants ? [ ],
  # This image's name among them; null if it is none of them.
  variant ? null,
  # A file: { inputs, pkgs, system, outputs } -> more outputs of one system.
  extra ? null,
  inputs ? { },
}:
let
  plan = builtins.fromJSON (builtins.readFile manifest);
  inherit (plan.image) system;

  read = file: if file == null || !(builtins.pathExists file) then null else builtins.readFile file;
  parsed = text: if text == null then null else builtins.fromJSON text;
  locks = {
    flake = read lock;
    voidgen = import ./lock-of-image.nix {
      inherit variant;
      lock = parsed (read voidgenLock);
    };
  };

  # One image, with an output for each system on which it can be built.
  hosts = builtins.attrNames (
    builtins.listToAttrs (
      map
        (name: {
          inherit name;
          value = null;
        })
        [
          system
          "aarch64-linux"
          "i686-linux"
          "x86_64-linux"
        ]
    )
  );
  forHosts =
    value:
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = value name;
      }) hosts
    );

  # image/
  top = manifest + (if variant == null then "/.." else "/../../..");
  project = top + "/..";
  others = import ./variants.nix { inherit arguments top variants; };
  warned =
    if variant != null then
      x: x
    else
      import ./warned.nix {
        inherit project;
        modules = map (module: module.name) (plan.modules ++ others.modules);
      };

  packages = import ./package-sets.nix {
    inherit
      inputs
      lock
      nixpkgs
      plan
      project
      ;
  };
  config = import ./config.nix plan.nix;
  packageSets = forHosts (packages.nixpkgs config);

  image = import ./image.nix {
    inherit
      include
      manifest
      mklive
      plan
      ;
    inherit (packages) sources;
    pkgs = packageSets.${system};
    sets = packages.sets {
      inherit config;
      main = packageSets.${system};
    };
  };

  # The image is the same on every host; the programs that make its ISO run on the host.
  made = forHosts (
    host:
    let
      tools = import ./tools.nix {
        inherit locks mklive plan;
        inherit (image.packages) default;
        folder = top + "/iso";
        job = manifest + "/../iso/job";
        pkgs = packageSets.${host};
        system = host;
      };
    in
    image
    // {
      legacyPackages = tools.legacyPackages // others.outputs "legacyPackages" host;
      packages = image.packages // tools.packages // others.outputs "packages" host;
      checks = image.checks // others.outputs "checks" host;
    }
  );

  additions = forHosts (
    host:
    if extra == null then
      { }
    else
      import extra {
        inherit inputs;
        pkgs = packageSets.${host};
        system = host;
        outputs = made.${host};
      }
  );

  join =
    kind: ours: theirs:
    let
      clashes = builtins.filter (name: ours ? ${name}) (builtins.attrNames theirs);
      named = builtins.concatStringsSep ", " (map (name: "${kind}.${name}") clashes);
    in
    if clashes == [ ] then
      ours // theirs
    else
      throw ''
        voidgen: the file named in [flake] extra defines ${named}, which the image's flake already has.
        Give it another name there.'';

  # A kind counts only if the image's own system has it.
  kinds = builtins.filter (
    kind:
    kind != "legacyPackages" || made.${system}.${kind} // additions.${system}.${kind} or { } != { }
  ) (builtins.attrNames (made.${system} // additions.${system}));
  output =
    kind: host:
    if kind == "legacyPackages" then
      made.${host}.${kind} // additions.${host}.${kind} or { }
    else if image ? ${kind} then
      join kind made.${host}.${kind} (additions.${host}.${kind} or { })
    else
      additions.${host}.${kind};
in
if plan.version != 2 then
  throw (
    "voidgen: image/manifest.json has version ${toString plan.version}, "
    + "but image/nix reads version 2: run `voidgen generate`"
  )
else
  warned (
    builtins.listToAttrs (
      map (kind: {
        name = kind;
        value = forHosts (output kind);
      }) kinds
    )
  )
