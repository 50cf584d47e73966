# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# The nixpkgs configuration: allows only what voidgen.toml names.
nix:
let
  allowed = import ./allowed.nix nix;
  names = import ./names.nix;
  firstLine = text: builtins.head (builtins.split "\n" text);

  # Nixpkgs' own advice (environment variables, configuration.nix) does not help with a locked
  # image.
  refusals = {
    unfree = message: ''
      ${firstLine message}
      To allow it, set this in voidgen.toml under [nix], then run `voidgen generate`:
          ${allowed.unfree [ (names.unfreeRefused message) ]}'';
    insecure = message: ''
      ${firstLine message}
      To allow it, set this in voidgen.toml under [nix], then run `voidgen generate`:
          ${allowed.insecure [ (names.quoted message) ]}'';
    broken = other;
    unsupported = other;
    non-source = other;
  };
  other = message: "${firstLine message}\n${choose}";
  choose = "Remove the package that needs it, or choose another nixpkgs in voidgen.toml.";
in
{
  allowUnfreePredicate = package: builtins.elem (names.package package) nix.unfree;
  allowInsecurePredicate = package: builtins.elem (names.withVersion package) nix.insecure;
  handleEvalIssue =
    reason: message: throw ((refusals.${reason} or (text: "${text}\n${choose}")) message);
}
