# The flake that the image carries: the locked package set under the same unfree rule, for
# `nix profile add`, `upgrade` and `remove` on the live system.
{ build, place, plan, set }:
let
  quote = text: builtins.replaceStrings [ "\${" ] [ "\\\${" ] (builtins.toJSON text);
  isCarried = set ? carried;

  flake = ''
    # The packages of this image. `nix profile` finds here what it upgrades, and takes more from
    # here: nix profile add ${place}#NAME
    # packages.json names the unfree ones that are allowed.
    {
      description = ${quote "Packages of ${plan.image.name}"};
  '' + (if isCarried then "" else "\n  inputs.nixpkgs.url = ${quote plan.nix.nixpkgs};\n") + ''

      outputs = inputs: import ./outputs.nix {
        nixpkgs = ${if isCarried then set.place else "inputs.nixpkgs"};
      };
    }
  '';
  registry = builtins.toJSON {
    version = 2;
    # Without a flake.lock there is nothing to pin it to.
    flakes = map (to: { from = { type = "indirect"; id = "nixpkgs"; }; inherit to; })
      (if isCarried then [{ type = "path"; path = place; }]
      else if set ? locked then [ set.locked ]
      else [ ]);
  };
in
build "packages-flake" ./packages-flake.sh {
  inherit flake registry;
  request = builtins.toJSON { inherit (plan.image) system; inherit (plan.nix) unfree; };
  lock = set.lock or "";
  set = set.carried or "";
  code = map (file: builtins.path { path = file; name = baseNameOf file; }) [
    ./names.nix
    ./outputs.nix
  ];
  passAsFile = [ "flake" "lock" "registry" "request" ];
}
