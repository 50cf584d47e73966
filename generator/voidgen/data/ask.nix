# Asks the package set about packages: returns what is wrong with each. A trace names each package,
# among them and all that they need, that is unfree, insecure, broken or not supported.
{
  # The folder of the package set, and the folder of voidgen's own Nix code.
  nixpkgs,
  code,
  system,
  # JSON of the files with overlays of the set.
  overlays ? "[]",
  # JSON of the packages, in the form of the image manifest.
  requests,
  # If not empty, fail with the set's own message if it refuses a package.
  aloud ? "",
}:
let
  aliases = import (code + "/aliases.nix") pkgs;
  lookup = import (code + "/lookup.nix");
  names = import (code + "/names.nix");
  packages = builtins.fromJSON requests;
  problems = import (code + "/problems.nix") { inherit system; };

  note = about: builtins.trace (builtins.toJSON about) true;
  variant =
    config:
    import (import (code + "/readable.nix") (/. + nixpkgs)) {
      inherit config system;
      overlays = import (code + "/overlays.nix") (map (file: /. + file) (builtins.fromJSON overlays));
    };
  pkgs = variant {
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

  judged = import (code + "/judged.nix") {
    inherit
      note
      pkgs
      system
      variant
      ;
    nix = {
      inherit packages;
      insecure = [ ];
      unfree = [ ];
    };
  };

  # Not faults: traces name the packages that can be allowed.
  isFault =
    fault: !(fault ? unfree || fault ? insecure || fault.refused or false || fault.needs or false);
  answer =
    {
      request,
      faults,
      package,
      ...
    }:
    let
      alias = if builtins.length request.path == 1 then aliases (builtins.head request.path) else null;
    in
    {
      inherit (request) name;
      faults = map (fault: fault.text) (builtins.filter isFault faults);
      refused = builtins.any (fault: fault.refused or false) faults;
      new = if alias == null then null else alias.new;
      warnings = if faults == [ ] then problems.warnings (package.meta or { }) else [ ];
    };

  said =
    request:
    let
      found = lookup.find pkgs request.path;
      package = found.value or found.refused;
    in
    map (output: package.${output}.outPath) (lookup.outputs package request.outputs);
in
# Evaluate the set itself first: a mistake in the set is not the fault of a package.
builtins.seq (builtins.isAttrs pkgs) (if aloud == "" then map answer judged else map said packages)
