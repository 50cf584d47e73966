# The embedded set, with packages that are refused as nixpkgs refuses: the same meta attributes,
# configuration and messages as those of nixpkgs 26.11 or, with `old`, 20.09.
{ old }:
args@{ config, system, ... }:
let
  base = import ./2026.10 args;
  fail = config.handleEvalIssue or (_: throw);
  allowUnfree = config.allowUnfreePredicate or (_: false);
  allowInsecure = config.allowInsecurePredicate or (_: false);

  made =
    attrs@{
      pname,
      meta ? { },
      needs ? [ ],
      more ? { },
      prefix ? "",
    }:
    let
      name = "${prefix}${pname}-1.0";
      about = attrs // {
        inherit name;
      };
      drv = derivation (
        {
          inherit name needs system;
          builder = "${base.busybox}/bin/sh";
          args = [
            "-c"
            "echo > $out"
          ];
        }
        // more
      );
      message =
        why:
        if old then
          "Package ‘${name}’ in /set/x.nix:1 ${why}, refusing to evaluate.\n\na) For `nixos-rebuild` you can set"
        else
          "Refusing to evaluate package '${name}' in /set/x.nix:1 because it ${why}\na) To temporarily allow it, export NIXPKGS_ALLOW_IT=1 and pass --impure";
      broken = meta.broken or false;
      unsupported = meta ? platforms && !(builtins.elem system meta.platforms);
      insecure = meta ? knownVulnerabilities;
      valid =
        if !(meta.license.free or true) && !(allowUnfree about) then
          fail "unfree" (message "has an unfree license")
        else if broken && !(config ? allowBrokenPredicate && config.allowBrokenPredicate about) then
          fail "broken" (if old then message "is marked as broken" else "broken: It doesn't build, isn't it?")
        else if unsupported then
          fail "unsupported" (message "is not available on the requested hostPlatform:\n  ...")
        else if insecure && !(allowInsecure about) then
          fail "insecure" (message "is marked as insecure")
        else
          true;
      guarded =
        value:
        assert valid;
        value;
    in
    drv
    // {
      inherit pname;
      version = "1.0";
      meta =
        meta
        // (
          if old then
            { }
          else
            {
              inherit broken insecure unsupported;
              problems =
                (if broken then { broken.kind = "broken"; } else { })
                // builtins.mapAttrs (name: problem: { kind = name; } // problem) (meta.problems or { });
            }
        );
      drvPath = guarded drv.drvPath;
      outPath = guarded drv.outPath;
      out = {
        outPath = guarded drv.outPath;
      };
    };
  unfree = {
    license = {
      shortName = "unfree";
      free = false;
    };
  };
in
base
// rec {
  path = ./nixpkgs;
  fetchurl = {
    __functor = _: made;
  };
  callPackage = made;
  unfree-one = made {
    pname = "unfree-one";
    meta = unfree;
  };
  speedups = made {
    pname = "speedups";
    prefix = "python3-";
    meta = unfree;
  };
  broken-one = made {
    pname = "broken-one";
    meta.broken = true;
  };
  insecure-one = made {
    pname = "insecure-one";
    meta.knownVulnerabilities = [ "CVE-1: anyone may come in" ];
  };
  unsupported-one = made {
    pname = "unsupported-one";
    meta.platforms = [ "riscv64-linux" ];
  };
  leaving = made {
    pname = "leaving";
    meta.problems.removal.message = "nobody looks after it";
  };
  needs-unfree = made {
    pname = "needs-unfree";
    needs = [
      speedups
      unfree-one
    ];
  };
  needs-broken = made {
    pname = "needs-broken";
    needs = [ broken-one ];
  };
  needs-insecure = made {
    pname = "needs-insecure";
    needs = [ insecure-one ];
  };
  needs-unsupported = made {
    pname = "needs-unsupported";
    needs = [ unsupported-one ];
  };
  throws = made {
    pname = "throws";
    more.x = throw "not today\nnor tomorrow";
  };
  aborts = made {
    pname = "aborts";
    more.x = abort "no way";
  };
  loops =
    let
      x = x + 1;
    in
    made {
      pname = "loops";
      more = { inherit x; };
    };
  old-name = throw "'old-name' has been renamed to/replaced by 'greet'";
  older-name = greet;
  gone = throw "'gone' has been removed: nobody wanted it";
  untold = throw "the list of aliases has no entry for this";
  inherit (base) greet;
}
