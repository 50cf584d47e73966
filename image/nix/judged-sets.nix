# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# Looks up each package of the manifest in its set (judged.nix), in the order of the manifest.
{
  # By name, each with `pkgs`, and `variant`: the same set with another configuration. Those of flakes
  # have none, but `systems` instead: those for which the flake has packages. The set "nixpkgs" has
  # the packages that name none. It may be missing if all name one.
  sets,
  # The names of all sets besides nixpkgs; `sets` may lack those that no package names.
  others,
  nix,
  system,
  note,
}:
let
  inherit (builtins)
    attrNames
    concatMap
    filter
    listToAttrs
    ;
  main = "nixpkgs";
  hidden = if sets ? ${main} then filter (name: sets.${main}.pkgs ? ${name}) others else [ ];

  setOf = request: request.set or main;
  judgedIn =
    name:
    let
      inherit (sets.${name}) pkgs;
    in
    import ./judged.nix {
      inherit
        note
        others
        pkgs
        system
        ;
      systems = sets.${name}.systems or null;
      # No configuration of this project changes a flake's packages.
      variant = sets.${name}.variant or (_: pkgs);
      set = if name == main then null else name;
      nix = nix // {
        packages = filter (request: setOf request == name) nix.packages;
      };
    };
  byName = listToAttrs (
    map (one: {
      inherit (one.request) name;
      value = one // {
        inherit (sets.${setOf one.request}) pkgs;
      };
    }) (concatMap judgedIn (attrNames sets))
  );
in
if hidden == [ ] then
  map (request: byName.${request.name}) nix.packages
else
  throw ''
    voidgen: the set [nix.sets.${builtins.head hidden}] has the name of a package or of a set of packages in nixpkgs.
    Give it another name in voidgen.toml, then run `voidgen generate`.''
