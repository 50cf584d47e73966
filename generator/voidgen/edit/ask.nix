# What the package set says of packages: what is wrong with each, and, as traces, which unfree
# packages they and all that they need are.
{
  # The folder of the package set, and that of voidgen's own Nix code.
  nixpkgs,
  code,
  system,
  # As in the image manifest, as JSON.
  requests,
  # Not empty: fail with the set's own message where it refuses one.
  aloud ? "",
}:
let
  names = import (code + "/names.nix");

  noted = package: builtins.trace
    (builtins.toJSON {
      unfree = names.package package;
      licenses = names.licenses (package.meta.license or [ ]);
    })
    true;

  pkgs = import (import (code + "/readable.nix") (/. + nixpkgs)) {
    inherit system;
    config.allowUnfreePredicate = noted;
    overlays = [ ];
  };

  judged = import (code + "/judged.nix") {
    inherit pkgs;
    nix = { packages = builtins.fromJSON requests; unfree = [ ]; };
  };

  evaluated = { package, outputs, ... }:
    builtins.foldl' (done: output: builtins.seq package.${output}.outPath done) true outputs;
  answer = one:
    let wrong = builtins.filter (fault: !(fault ? unfree)) one.faults; in
    {
      inherit (one.request) name;
      faults = map (fault: fault.text) (builtins.filter (fault: !(fault.refused or false)) wrong);
      refused = builtins.any (fault: fault.refused or false) wrong
        || (wrong == [ ] && !(builtins.tryEval (evaluated one)).success);
    };
in
map (if aloud == "" then answer else evaluated) judged
