let
  made = name: script: more: derivation ({
    inherit name;
    system = builtins.currentSystem or "x86_64-linux";
    builder = "/bin/sh";
    args = [ "-c" script ];
  } // more);
  asked = package: package // {
    drvPath = builtins.addErrorContext "while evaluating kate (asked for by voidgen.toml)" package.drvPath;
  };
in
{
  syntax = import ./syntax.nix;
  missing-attribute = asked (made "x" "" { y = { }.nonexistent; });
  infinite-recursion = let x = x + 1; in made "x" "" { inherit x; };
  assertion = made "x" "" { y = assert 1 == 2; "y"; };
  abort = asked (made "x" "" { y = abort "this must not be"; });
  throw = throw "voidgen: 2 of the 3 Nix packages asked for cannot be used:\n\n  helo (asked for by voidgen.toml):\n    the package set has no package \"helo\"\n\nFix voidgen.toml (or the module named), then run `voidgen generate`.";
  dependency = asked (made "kate" "" { inputs = [ (made "lib" "" { y = throw "lib 3 is gone: take lib 4"; }) ]; });
  type = made "x" "" { y = 1 + "a"; };
  hash-mismatch = made "x" "echo hello > $out" { outputHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; outputHashMode = "flat"; outputHashAlgo = "sha256"; };
  builder = made "kate-24" "i=1; while [ $i -le 40 ]; do echo line $i; i=$((i+1)); done; echo 'cc: error: no such file' >&2; exit 3" { };
  builder-of-dependency = made "top" "echo > $out" { inputs = [ (made "lib-1" "echo configuring; echo 'error: no compiler' >&2; exit 1" { }) ]; };
  remedies = throw "Refusing to evaluate package 'kate-24' in /set/kate.nix:3 because it has an unfree license (‘unfree’)\na) To temporarily allow unfree packages, you can use an environment variable\n   for a single invocation of the nix tools.\n\n     $ export NIXPKGS_ALLOW_UNFREE=1";
  too-old = abort "\n\n  This version of Nixpkgs requires an implementation of Nix with the following features:\n  - `builtins.nixVersion` reports at least 99.18\n\n  You are evaluating with Nix 2.8.0, please upgrade:\n\n  - If you are running NixOS, `nixos-rebuild' can be used to upgrade your system.\n\n  If you need further help, see the support page.\n";
  traces = builtins.trace "voidgen: kate needs \"lib\", which is unfree" (throw "voidgen: 1 of the 1 Nix packages asked for cannot be used:");
}
