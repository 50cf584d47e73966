# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# Problems in a package's meta. From 21.05 on, nixpkgs computes some of these attributes itself
# (pkgs/stdenv/generic/check-meta.nix); before, meta has only what the package sets.
{ system }:
rec {
  isInsecure = meta: meta.insecure or (issues meta != [ ]);
  issues = meta: meta.knownVulnerabilities or [ ];

  isBroken = meta: meta.broken or false || broken meta != [ ];
  # The reasons, which nixpkgs has from 26.11 on (pkgs/stdenv/generic/problems.nix).
  broken =
    meta:
    builtins.filter (problem: problem.kind or null == "broken") (
      builtins.attrValues (meta.problems or { })
    );

  # Problems about which nixpkgs only warns, in its words.
  warnings =
    meta:
    map (problem: "${problem.kind}: ${problem.message}") (
      builtins.filter (
        problem:
        !(builtins.elem problem.kind [
          "broken"
          "maintainerless"
        ])
      ) (builtins.attrValues (meta.problems or { }))
    );

  isUnsupported =
    meta:
    meta.unsupported or (
      (meta ? platforms && !(builtins.elem system meta.platforms))
      || builtins.elem system (meta.badPlatforms or [ ])
    );
}
