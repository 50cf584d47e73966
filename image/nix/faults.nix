# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# What is wrong with a package of voidgen.toml, in words for people who may not know Nix.
{
  pkgs,
  nix,
  # As in judged.nix.
  set ? null,
  others ? [ ],
  systems ? null,
  system,
}:
let
  inherit (builtins)
    concatMap
    concatStringsSep
    filter
    length
    ;
  aliases = import ./aliases.nix pkgs;
  allowed = import ./allowed.nix nix;
  lookup = import ./lookup.nix;
  names = import ./names.nix;
  near = import ./near.nix;

  quote = name: ''"${name}"'';
  list = concatStringsSep ", ";
  dotted = concatStringsSep ".";
  release = pkgs.lib.trivial.release or null;
  ofRelease = if release == null then "" else " (release ${release})";
  isFlake = systems != null;
  kind = if isFlake then "flake" else "package set";
  theSet = "the ${kind}" + (if set == null then "" else " ${quote set}") + ofRelease;
  # A package's name in voidgen.toml.
  named = path: dotted ((if set == null then [ ] else [ set ]) ++ path);
  another = "remove it, or choose another ${if isFlake then "version of the flake" else "nixpkgs"}";
  about = license: "license: ${list (names.licenses license)}";
in
{
  missing =
    {
      done,
      name,
      among,
    }:
    let
      place = if done == [ ] then theSet else "${dotted done}, in ${theSet},";
      isFirst = set == null && done == [ ];
      candidates = map (candidate: named (done ++ [ candidate ])) (
        near name (among ++ (if isFirst then others else [ ]))
      );
    in
    if isFlake && !(builtins.elem system systems) then
      {
        text = [
          "${theSet} has no packages for ${system}"
          (if systems == [ ] then "it has none for any system" else "it has some for: ${list systems}")
        ];
      }
    else
    {
      text = [
        "${place} has no package ${quote name}"
        (
          if candidates == [ ] then
            "no package there has a similar name; a newer release may have it"
          else
            "similar names: ${list candidates}"
        )
      ];
    };

  notAPackage = request: value: {
    text =
      if builtins.isFunction value || value ? __functor then
        [ "this is a function, not a package" ]
      else if builtins.isAttrs value then
        [
          "this is a set of packages, not a package"
          "name one of them, as in ${quote "${request.name}.NAME"}"
        ]
      else
        [ "this is not a package but a ${builtins.typeOf value}" ];
  };

  outputs = lacks: has: {
    text = [ "it has no output ${list (map quote lacks)}, only ${list (map quote has)}" ];
  };

  unfree = package: {
    unfree = names.package package;
    text = [
      "${quote (names.package package)} is unfree (${
        about (package.meta.license or [ ])
      }) and not allowed"
    ];
  };

  insecure = package: issues: {
    insecure = names.withVersion package;
    text = [
      "${quote (names.withVersion package)} is insecure and not allowed:"
    ]
    ++ map (issue: "  ${issue}") issues;
  };

  broken =
    problems:
    let
      why = filter (message: message != "This package is broken.") (
        map (problem: problem.message or "") problems
      );
    in
    {
      text = [
        "it is marked as broken${if why == [ ] then "" else ": ${list why}"}"
        another
      ];
    };

  unsupported = {
    text = [
      "it does not support ${system}"
      another
    ];
  };

  # The set throws an error for this name. Only nixpkgs' list of aliases can be read.
  alias =
    request:
    let
      name = dotted request.path;
      found = aliases name;
    in
    if length request.path != 1 || found == null then
      {
        refused = true;
        text = [ "the ${kind} refuses it" ];
      }
    else
      {
        inherit (found) new;
        text = [
          "the ${kind} says: ${found.message}"
          (if found.new == null then another else "write ${quote (named [ found.new ])} instead")
        ];
      };

  refused = meta: {
    refused = true;
    text = [
      "the ${kind} refuses it"
    ]
    ++ (
      if isFlake && (names.isUnfree meta || meta.knownVulnerabilities or [ ] != [ ]) then
        [ "only the flake itself can allow it, not voidgen.toml" ]
      else
        [ ]
    );
  };

  needs = {
    needs = true;
    text = [ "it needs packages that cannot be used: see the lines with `trace: voidgen:` above" ];
  };

  note =
    {
      asked,
      reason,
      name,
      licenses ? [ ],
    }:
    let
      what =
        {
          unfree = "is unfree (license: ${list licenses}). To allow it, add ${quote name} to unfree";
          insecure = "is insecure. To allow it, add ${quote name} to insecure";
          broken = "is marked as broken. ${another asked}";
          unsupported = "does not support ${system}. ${another asked}";
        }
        .${reason} or "is refused (${reason}). ${another asked}";
      another = package: "Remove ${package}, or choose another nixpkgs";
    in
    "voidgen: ${asked} needs ${quote name}, which ${what} in voidgen.toml.";

  report =
    faulty:
    let
      all = concatMap ({ faults, ... }: faults) faulty;
      allow =
        kind:
        let
          more = map (fault: fault.${kind}) (filter (fault: fault ? ${kind}) all);
        in
        if more == [ ] then
          [ ]
        else
          [
            ""
            "To allow the ${kind} ones, set this in voidgen.toml under [nix]:"
            "    ${allowed.${kind} more}"
          ];
      lines =
        { request, faults, ... }:
        [
          ""
          "  ${lookup.askedBy request}:"
        ]
        ++ map (line: "    ${line}") (concatMap (fault: fault.text) faults);
    in
    concatStringsSep "\n" (
      [
        "voidgen: ${toString (length faulty)} of the ${toString (length nix.packages)} Nix packages asked for cannot be used:"
      ]
      ++ concatMap lines faulty
      ++ allow "unfree"
      ++ allow "insecure"
      ++ [
        ""
        "Fix voidgen.toml (or the module named), then run `voidgen generate`."
      ]
    );
}
