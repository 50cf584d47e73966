# What a package's meta says against it. Nixpkgs computes some of these attributes itself from
# 21.05 on (pkgs/stdenv/generic/check-meta.nix); before, only what the package says is there.
{ system }:
rec {
  isInsecure = meta: meta.insecure or (issues meta != [ ]);
  issues = meta: meta.knownVulnerabilities or [ ];

  isBroken = meta: meta.broken or false || broken meta != [ ];
  # Why: from 26.11 on, a problem of this kind says it (pkgs/stdenv/generic/problems.nix).
  broken =
    meta:
    builtins.filter (problem: problem.kind or null == "broken") (
      builtins.attrValues (meta.problems or { })
    );

  # What nixpkgs only warns of, in its words.
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
