# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# The packages of the manifest, looked up in the package set: what each is and which of its
# outputs are wanted. Every fault of the list is reported at once, before anything is built.
{ pkgs, nix }:
let
  names = import ./names.nix;
  faults = import ./faults.nix { inherit nix pkgs; };

  # `nix profile add` gives 5 where a package says nothing: what is added wins over what is baked.
  strongest = 10;

  select = index: { request, package, outputs, ... }:
    let meta = package.meta or { }; in
    {
      inherit (request) name path;
      pname = names.package package;
      version = names.version package;
      outputs = map (output: { name = output; value = package.${output}.outPath; }) outputs;
      license = names.licenses (meta.license or [ ]);
      unfree = names.unfree meta;
      wanted = request.outputs;
      # Of two packages with the same file, the one that is named first has it.
      priority = strongest + index;
      description = meta.description or null;
    };

  judged = import ./judged.nix { inherit nix pkgs; };
  faulty = builtins.filter ({ faults, ... }: faults != [ ]) judged;
  # Where the set's own refusals are all there is, its words say more than ours.
  isRefusal = fault: fault.refused or false;
  onlyRefused = builtins.all ({ faults, ... }: builtins.all isRefusal faults) faulty;
in
if onlyRefused then
  builtins.genList (index: select index (builtins.elemAt judged index)) (builtins.length judged)
else throw (faults.report faulty)
