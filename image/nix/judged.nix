# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# Each package that was asked for, looked up in the package set, with what is wrong with it and
# which of its outputs are wanted.
{ pkgs, nix }:
let
  names = import ./names.nix;
  faults = import ./faults.nix { inherit nix pkgs; };

  isDerivation = value: builtins.isAttrs value && value.type or null == "derivation";

  # `refused`: the set answers the name with an error of its own, as nixpkgs does for
  # packages that were renamed or removed.
  lookup = set: done: path:
    if path == [ ] then { value = set; }
    else
      let name = builtins.head path; in
      if !(builtins.isAttrs set && set ? ${name}) then {
        missing = {
          inherit done name;
          among = if builtins.isAttrs set then builtins.attrNames set else [ ];
        };
      }
      else if !(builtins.tryEval set.${name}).success then { refused = set.${name}; }
      else lookup set.${name} (done ++ [ name ]) (builtins.tail path);

  # `openssl.dev` names an output by itself, which older nixpkgs does not mark.
  chosenByPath = package: package.outputSpecified or
    (package.outputName or "out" != builtins.head (package.outputs or [ "out" ]));

  outputsOf = package: wanted:
    if wanted == [ "*" ] then package.outputs or [ "out" ]
    else if wanted != [ ] then wanted
    else if chosenByPath package then [ package.outputName ]
    else package.meta.outputsToInstall or [ (package.outputName or "out") ];

  faultsOf = request: found:
    if found ? missing then [ (faults.missing found.missing) ]
    else if found ? refused then [ faults.refused ]
    else if !(isDerivation found.value) then [ (faults.notAPackage request found.value) ]
    else
      let
        package = found.value;
        has = package.outputs or [ "out" ];
        lacks = builtins.filter (output: !(builtins.elem output has)) (outputsOf package request.outputs);
      in
      (if lacks == [ ] then [ ] else [ (faults.outputs lacks has) ])
      ++ (if names.unfree (package.meta or { }) && !(builtins.elem (names.package package) nix.unfree)
      then [ (faults.unfree package) ] else [ ]);

  # The set's own message cannot be caught, so who asked is said just before it.
  introduced = request: package:
    if (builtins.tryEval (package.outPath or null)).success then package
    else builtins.trace (faults.introduction request) package;
in
map
  (request:
  let
    found = lookup pkgs [ ] request.path;
    package = introduced request (found.value or found.refused);
  in
  {
    inherit package request;
    faults = faultsOf request found;
    outputs = outputsOf package request.outputs;
  })
  nix.packages
