# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# The nixpkgs configuration: only the unfree packages that voidgen.toml names are allowed.
nix:
let
  allowUnfree = import ./allow-unfree.nix nix;
  names = import ./names.nix;

  remedy = reason: message:
    if reason == "unfree" then ''
      It is needed by one of the packages asked for. To allow it, voidgen.toml needs under [nix]:
          ${allowUnfree [ (names.refused message) ]}
      Then run `voidgen generate`.''
    else ''
      It is one of the packages asked for, or one of these needs it.
      Take that one out of voidgen.toml, or choose another nixpkgs there.'';
in
{
  allowUnfreePredicate = package: builtins.elem (names.package package) nix.unfree;
  # Nixpkgs' own remedies (environment variables, configuration.nix) do not reach a locked image.
  handleEvalIssue = reason: message: throw "${message}\nvoidgen: ${remedy reason message}";
}
