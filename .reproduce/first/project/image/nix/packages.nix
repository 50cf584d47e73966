# The packages of the manifest, looked up in the package set: what each is and which of its
# outputs are wanted. Every fault of the list is reported at once, before anything is built.
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

  # `nix profile add` gives 5 where a package says nothing: what is added wins over what is baked.
  strongest = 10;

  select = index: { request, found }:
    let
      package = introduced request (found.value or found.refused);
      meta = package.meta or { };
    in
    {
      inherit (request) name path;
      pname = names.package package;
      version = names.version package;
      outputs = map (output: { name = output; value = package.${output}.outPath; })
        (outputsOf package request.outputs);
      license = names.licenses (meta.license or [ ]);
      unfree = names.unfree meta;
      wanted = request.outputs;
      # Of two packages with the same file, the one that is named first has it.
      priority = strongest + index;
      description = meta.description or null;
    };

  found = map (request: { inherit request; found = lookup pkgs [ ] request.path; }) nix.packages;
  judged = map ({ request, found }: { inherit request; faults = faultsOf request found; }) found;
  faulty = builtins.filter ({ faults, ... }: faults != [ ]) judged;
  # Where the set's own refusals are all there is, its words say more than ours.
  isRefusal = fault: fault.refused or false;
  onlyRefused = builtins.all ({ faults, ... }: builtins.all isRefusal faults) faulty;
in
if onlyRefused then
  builtins.genList (index: select index (builtins.elemAt found index)) (builtins.length found)
else throw (faults.report faulty)
