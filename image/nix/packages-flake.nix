# The flake that the image carries: the locked package set under the same unfree rule, for
# `nix profile add`, `upgrade` and `remove` on the live system.
{ build, place, plan, set }:
let
  quote = text: builtins.replaceStrings [ "\${" ] [ "\\\${" ] (builtins.toJSON text);
  isLocked = set ? lock;

  flake = ''
    # The packages of this image. `nix profile` finds here what it upgrades, and takes more from
    # here: nix profile add ${place}#NAME
    # packages.json names the unfree ones that are allowed.
    {
      description = ${quote "Packages of ${plan.image.name}"};
  '' + (if isLocked then "\n  inputs.nixpkgs.url = ${quote plan.nix.nixpkgs};\n" else "") + ''

      outputs = inputs: import ./outputs.nix {
        nixpkgs = ${if isLocked then "inputs.nixpkgs" else set.place};
      };
    }
  '';
  registry = builtins.toJSON {
    version = 2;
    flakes = [{
      from = { type = "indirect"; id = "nixpkgs"; };
      to = if isLocked then set.locked else { type = "path"; path = place; };
    }];
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
