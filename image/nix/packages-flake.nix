# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# The flake in the image: the locked package set, with the same unfree and insecure packages
# allowed. `nix profile add`, `upgrade` and `remove` use it on the live system.
{
  build,
  place,
  plan,
  # The package sets by name (package-set.nix).
  sources,
}:
let
  inherit (builtins)
    attrNames
    attrValues
    concatMap
    concatStringsSep
    filter
    listToAttrs
    mapAttrs
    ;
  quote = text: builtins.replaceStrings [ "\${" ] [ "\\\${" ] (builtins.toJSON text);
  lines = concatStringsSep "\n";
  main = sources.nixpkgs;
  others = filter (name: name != "nixpkgs" && !(sources.${name}.isLeftOut or false)) (
    attrNames sources
  );
  names = [ "nixpkgs" ] ++ others;
  isFlake = name: (plan.nix.sets.${name} or { }) ? flake;
  carriedSources = map (name: sources.${name}) names;

  # A local set is a store path that the profile needs, so the image's store has it.
  input =
    name:
    if sources.${name} ? carried then
      [
        "  inputs.${name} = {"
        "    url = ${quote "path:${sources.${name}.carried}"};"
        "    flake = false;"
        "  };"
      ]
    else
      let
        set = plan.nix.sets.${name} or plan.nix;
      in
      [ "  inputs.${name}.url = ${quote (set.nixpkgs or set.flake)};" ]
      ++ attrValues (
        mapAttrs (own: other: "  inputs.${name}.inputs.${own}.follows = ${quote other};") (
          set.follows or { }
        )
      );
  folder =
    name:
    let
      rest = sources.${name}.rest or "";
    in
    if rest == "" then "inputs.${name}" else "inputs.${name} + ${quote rest}";

  flake = lines (
    [
      "# Emitted by voidgen: the package set of this image, from which `nix profile upgrade` upgrades."
      "# To add a package: nix profile add ${place}#NAME"
      "# packages.json names the unfree and insecure packages that are allowed."
      "{"
      "  description = ${quote "Packages of ${plan.image.name}"};"
      ""
    ]
    ++ concatMap input names
    ++ [
      ""
      "  outputs ="
      "    inputs:"
      "    import ./outputs.nix {"
      "      nixpkgs = ${folder "nixpkgs"};"
    ]
    ++ map (
      name: "      ${if isFlake name then "flakes" else "sets"}.${name} = ${folder name};"
    ) others
    ++ [
      "    };"
      "}"
      ""
    ]
  );

  # flake.lock; without one, a set that has neither a lock nor a path has no pin.
  isLocked = builtins.all (source: source ? carried || source ? nodes) carriedSources;
  lockedNodes = builtins.foldl' (nodes: source: nodes // source.nodes or { }) { } carriedSources;
  node =
    name: sources.${name}.node or (if lockedNodes ? ${name} then "${name}-in-the-image" else name);
  carriedNode =
    name:
    let
      reference = {
        type = "path";
        path = "${sources.${name}.carried}";
      };
    in
    {
      name = node name;
      value = {
        flake = false;
        locked = reference // {
          lastModified = 1;
          # The builder replaces it.
          narHash = "@narHash:${name}@";
        };
        original = reference;
      };
    };
  carried = filter (name: sources.${name} ? carried) names;
  lock = builtins.toJSON {
    version = 7;
    root = "root";
    nodes =
      lockedNodes
      // listToAttrs (map carriedNode carried)
      // {
        root.inputs = listToAttrs (
          map (name: {
            inherit name;
            value = node name;
          }) names
        );
      };
  };

  overlays = concatMap (source: source.overlays) (attrValues sources);
  relative = source: map (overlay: overlay.relative) source.overlays;

  registry = builtins.toJSON {
    version = 2;
    # Without a flake.lock, nixpkgs has no pin.
    flakes =
      map
        (to: {
          from = {
            type = "indirect";
            id = "nixpkgs";
          };
          inherit to;
        })
        (
          if main ? carried then
            [
              {
                type = "path";
                path = place;
              }
            ]
          else if main ? locked then
            [ main.locked ]
          else
            [ ]
        );
  };
in
build "packages-flake" ./packages-flake.sh {
  inherit flake registry;
  request = builtins.toJSON {
    inherit (plan.image) system;
    inherit (plan.nix) insecure unfree;
    overlays = relative main;
    sets = mapAttrs (_: relative) (removeAttrs sources [ "nixpkgs" ]);
  };
  # Two overlays may be in one folder.
  overlays = attrValues (
    listToAttrs (
      map (overlay: {
        name = overlay.top;
        value = "${overlay.top}=${overlay.carried}";
      }) overlays
    )
  );
  lock = if isLocked then lock else "";
  narHashes = map (
    name: "${name}=${import ./nar-hash.nix { inherit build; } sources.${name}.carried}"
  ) carried;
  code =
    map
      (
        file:
        builtins.path {
          path = file;
          name = baseNameOf file;
        }
      )
      [
        ./flake-packages.nix
        ./names.nix
        ./outputs.nix
      ];
  passAsFile = [
    "flake"
    "lock"
    "registry"
    "request"
  ];
}
