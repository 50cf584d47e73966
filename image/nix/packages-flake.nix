# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# The flake in the image: the locked package set, with the same unfree and insecure packages
# allowed. `nix profile add`, `upgrade` and `remove` use it on the live system.
{
  build,
  place,
  plan,
  set,
}:
let
  quote = text: builtins.replaceStrings [ "\${" ] [ "\\\${" ] (builtins.toJSON text);
  isCarried = set ? carried;
  lines = builtins.concatStringsSep "\n";

  # A local set is a store path that the profile needs, so the image's store has it.
  input =
    if isCarried then
      [
        "  inputs.nixpkgs = {"
        "    url = ${quote "path:${set.carried}"};"
        "    flake = false;"
        "  };"
      ]
    else
      [ "  inputs.nixpkgs.url = ${quote plan.nix.nixpkgs};" ];
  folder = if (set.rest or "") == "" then "inputs.nixpkgs" else "inputs.nixpkgs + ${quote set.rest}";

  flake = lines (
    [
      "# Emitted by voidgen: the package set of this image, from which `nix profile upgrade` upgrades."
      "# To add a package: nix profile add ${place}#NAME"
      "# packages.json names the unfree and insecure packages that are allowed."
      "{"
      "  description = ${quote "Packages of ${plan.image.name}"};"
      ""
    ]
    ++ input
    ++ [
      ""
      "  outputs ="
      "    inputs:"
      "    import ./outputs.nix {"
      "      nixpkgs = ${folder};"
      "    };"
      "}"
      ""
    ]
  );

  reference = {
    type = "path";
    path = "${set.carried}";
  };
  # The builder replaces @narHash@.
  carriedLock = builtins.toJSON {
    version = 7;
    root = "root";
    nodes = {
      root.inputs.nixpkgs = "nixpkgs";
      nixpkgs = {
        flake = false;
        locked = reference // {
          lastModified = 1;
          narHash = "@narHash@";
        };
        original = reference;
      };
    };
  };

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
          if isCarried then
            [
              {
                type = "path";
                path = place;
              }
            ]
          else if set ? locked then
            [ set.locked ]
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
    overlays = map (overlay: overlay.relative) set.overlays;
  };
  # Two overlays may be in one folder.
  overlays = builtins.attrValues (
    builtins.listToAttrs (
      map (overlay: {
        name = overlay.top;
        value = "${overlay.top}=${overlay.carried}";
      }) set.overlays
    )
  );
  lock = if isCarried then carriedLock else set.lock or "";
  narHash = if isCarried then import ./nar-hash.nix { inherit build; } set.carried else "";
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
