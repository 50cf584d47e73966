# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# Looks up each package of the manifest in a package set: what is wrong with it, and which of its
# outputs to use.
{
  pkgs,
  # The same set with another configuration.
  variant,
  nix,
  # The set's name in voidgen.toml, or null for nixpkgs, and the names of the other sets.
  set,
  others,
  # The systems for which a flake has packages; null if the set is not from a flake.
  systems,
  system,
  # Called for each package that another one needs and that is not allowed:
  # { asked, reason, name, ... } -> true.
  note,
}:
let
  inherit (builtins) concatMap elem filter;
  faults = import ./faults.nix {
    inherit
      nix
      others
      pkgs
      set
      system
      systems
      ;
  };
  lookup = import ./lookup.nix;
  names = import ./names.nix;
  needed = import ./needed.nix { inherit granted note variant; };
  problems = import ./problems.nix { inherit system; };

  isDerivation = value: builtins.isAttrs value && value.type or null == "derivation";
  when = condition: fault: if condition then [ fault ] else [ ];

  # The faults of a package itself, and whether to check what it needs, too.
  own =
    request: found:
    let
      package = found.value;
      meta = package.meta or { };
      has = package.outputs or [ "out" ];
      lacks = filter (output: !(elem output has)) (lookup.outputs package request.outputs);
      isRefused = lacks == [ ] && !(lookup.evaluates request package);
      isBroken = isRefused && problems.isBroken meta;
      isUnsupported = isRefused && problems.isUnsupported meta;
      isUnfree = names.isUnfree meta && !(elem (names.package package) nix.unfree);
      isInsecure =
        isRefused && problems.isInsecure meta && !(elem (names.withVersion package) nix.insecure);
    in
    if found ? missing then
      { faults = [ (faults.missing found.missing) ]; }
    else if found ? refused then
      { faults = [ (faults.alias request) ]; }
    else if !(isDerivation package) then
      { faults = [ (faults.notAPackage request package) ]; }
    else
      {
        faults =
          when (lacks != [ ]) (faults.outputs lacks has)
          ++ when isUnfree (faults.unfree package)
          ++ when isInsecure (faults.insecure package (problems.issues meta))
          ++ when isBroken (faults.broken (problems.broken meta))
          ++ when isUnsupported faults.unsupported;
        mayNeed = isRefused && !isBroken && !isUnsupported;
      };

  looked = map (
    request:
    let
      found = lookup.introduced request (lookup.find pkgs request.path);
    in
    {
      inherit request;
      own = own request found;
      package = lookup.introduced request (found.value or found.refused);
    }
  ) nix.packages;

  granted =
    kind:
    nix.${kind}
    ++ map (fault: fault.${kind}) (
      filter (fault: fault ? ${kind}) (concatMap (one: one.own.faults) looked)
    );
in
map (
  {
    request,
    package,
    own,
  }:
  {
    inherit package request;
    outputs = lookup.outputs package request.outputs;
    faults =
      own.faults
      ++ (
        if !(own.mayNeed or false) then
          [ ]
        else
          {
            granted = [ ];
            noted = [ faults.needs ];
            refused = [ (faults.refused (package.meta or { })) ];
          }
          .${needed request}
      );
  }
) looked
