# Asks the package sets about packages: returns what is wrong with each. A trace names each package,
# among them and all that they need, that is unfree, insecure, broken or not supported.
{
  # JSON of the package sets by name, each with its folder `nixpkgs` and the files `overlays`; or with
  # `flake`, if it is one of the `inputs`.
  sets,
  inputs ? { },
  # JSON of the names of all sets besides nixpkgs.
  others,
  # The folder of voidgen's own Nix code.
  code,
  system,
  # JSON of the packages, in the form of the image manifest.
  requests,
  # If not empty, fail with the set's own message if it refuses a package.
  aloud ? "",
}:
let
  lookup = import (code + "/lookup.nix");
  names = import (code + "/names.nix");
  packages = builtins.fromJSON requests;
  problems = import (code + "/problems.nix") { inherit system; };

  note = about: builtins.trace (builtins.toJSON about) true;
  variant =
    set: config:
    import (import (code + "/readable.nix") (/. + set.nixpkgs)) {
      inherit config system;
      overlays = import (code + "/overlays.nix") (map (file: /. + file) set.overlays);
    };
  allowingAll = {
    allowUnfreePredicate =
      package:
      note {
        reason = "unfree";
        name = names.package package;
        why = names.licenses (package.meta.license or [ ]);
      };
    allowInsecurePredicate =
      package:
      note {
        reason = "insecure";
        name = names.withVersion package;
        why = package.meta.knownVulnerabilities or [ ];
      };
    handleEvalIssue = _: throw;
  };

  asked = builtins.mapAttrs (
    name: set:
    if set ? flake then
      import (code + "/flake-packages.nix") {
        inherit system;
        flake = inputs.${name};
      }
    else
      {
        pkgs = variant set allowingAll;
        variant = variant set;
      }
  ) (builtins.fromJSON sets);
  judged = import (code + "/judged-sets.nix") {
    inherit note system;
    others = builtins.fromJSON others;
    sets = asked;
    nix = {
      inherit packages;
      insecure = [ ];
      unfree = [ ];
    };
  };

  # Only the predicates of a set like nixpkgs name what can be allowed.
  noted =
    { request, package, ... }:
    fault:
    !(asked.${request.set or "nixpkgs"} ? systems)
    || !(fault ? unfree || fault ? insecure)
    || note (
      if fault ? unfree then
        {
          reason = "unfree";
          name = fault.unfree;
          why = names.licenses (package.meta.license or [ ]);
        }
      else
        {
          reason = "insecure";
          name = fault.insecure;
          why = package.meta.knownVulnerabilities or [ ];
        }
    );

  # Not faults: traces name the packages that can be allowed.
  isFault =
    fault: !(fault ? unfree || fault ? insecure || fault.refused or false || fault.needs or false);
  answer =
    judgement@{
      request,
      faults,
      package,
      pkgs,
      ...
    }:
    let
      isNoted = builtins.all (noted judgement) faults;
      aliases = import (code + "/aliases.nix") pkgs;
      alias = if builtins.length request.path == 1 then aliases (builtins.head request.path) else null;
      before = if request ? set then "${request.set}." else "";
    in
    {
      inherit (request) name;
      faults = builtins.seq isNoted (map (fault: fault.text) (builtins.filter isFault faults));
      refused = builtins.any (fault: fault.refused or false) faults;
      new = if alias == null || alias.new == null then null else before + alias.new;
      warnings = if faults == [ ] then problems.warnings (package.meta or { }) else [ ];
    };

  said =
    request:
    let
      found = lookup.find asked.${request.set or "nixpkgs"}.pkgs request.path;
      package = found.value or found.refused;
    in
    map (output: package.${output}.outPath) (lookup.outputs package request.outputs);
in
# Evaluate the sets themselves first: a mistake in a set is not the fault of a package.
builtins.seq (builtins.all (set: builtins.isAttrs set.pkgs) (builtins.attrValues asked)) (
  if aloud == "" then map answer judged else map said packages
)
