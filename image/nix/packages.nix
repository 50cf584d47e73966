# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# The packages of the manifest in their package sets, each with the outputs to use. Reports every fault
# of the list in one run, before anything is built.
{
  # By name (package-sets.nix).
  sets,
  nix,
  system,
}:
let
  names = import ./names.nix;
  faults = import ./faults.nix {
    inherit nix system;
    inherit (sets.nixpkgs) pkgs;
  };

  # `nix profile add` uses 5 if a package sets no priority, so added packages win over baked ones.
  strongest = 10;

  select =
    index:
    {
      request,
      package,
      outputs,
      pkgs,
      ...
    }:
    let
      meta = package.meta or { };
    in
    {
      inherit (request) name;
      set = request.set or "nixpkgs";
      path = (if request ? set then [ request.set ] else [ ]) ++ request.path;
      pname = names.package package;
      version = names.version package;
      outputs = map (output: {
        name = output;
        value = package.${output}.outPath;
      }) outputs;
      license = names.spdx (pkgs.lib or sets.nixpkgs.pkgs.lib or { }) (meta.license or [ ]);
      unfree = names.isUnfree meta;
      wanted = request.outputs;
      # If two packages have the same file, the one named first wins.
      priority = strongest + index;
      description = meta.description or null;
      main = meta.mainProgram or null;
    };

  judged = import ./judged-sets.nix {
    inherit nix sets system;
    others = builtins.attrNames (removeAttrs sets [ "nixpkgs" ]);
    note = about: builtins.trace (faults.note about) true;
  };
  faulty = builtins.filter ({ faults, ... }: faults != [ ]) judged;
  report = faults.report faulty;
  # Only the set itself can say why it refuses these: print the report first, then the set's
  # message.
  refused = builtins.filter (
    { faults, ... }: builtins.any (fault: fault.refused or false) faults
  ) faulty;
  failed =
    if refused == [ ] then throw report else builtins.trace report (said (builtins.head refused));
  said =
    { package, outputs, ... }:
    builtins.foldl' (_: output: builtins.seq package.${output}.outPath (throw report)) null outputs;
in
if faulty == [ ] then
  builtins.genList (index: select index (builtins.elemAt judged index)) (builtins.length judged)
else
  failed
