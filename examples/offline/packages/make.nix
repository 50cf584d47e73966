# Builds a package from a folder in sources/: copies its files, and replaces @version@, @out@ and the
# names of its dependencies. Manual pages go into the output "man", if the package has one.
{
  busybox,
  config,
  system,
  versions,
}:
{
  pname,
  dependencies ? { },
  outputs ? [ "out" ],
  meta,
}:
let
  version = versions.${pname};
  name = "${pname}-${version}";
  inputs = {
    inherit busybox;
  }
  // dependencies;

  drv = derivation (
    {
      inherit
        name
        outputs
        system
        version
        ;
      builder = "${busybox}/bin/sh";
      args = [
        "-eu"
        (builtins.toFile "make.sh" (builtins.readFile ./make.sh))
      ];
      PATH = "${busybox}/bin";
      source = builtins.path {
        name = "${pname}-source";
        path = ./sources + "/${pname}";
      };
      inputs = builtins.attrNames inputs;
    }
    // inputs
  );

  # As in nixpkgs, an unfree package can be looked at, but not built or depended on.
  isUnfree = !(meta.license.free or true);
  isAllowed =
    config.allowUnfree or false
    || (config.allowUnfreePredicate or (_: false)) {
      inherit
        meta
        name
        pname
        version
        ;
    };
  refuse =
    config.handleEvalIssue or (_: throw) "unfree"
      "Refusing to evaluate package '${name}' because it has an unfree license (‘${meta.license.shortName}’)";
  checked = value: if isUnfree && !isAllowed then refuse else value;

  complete =
    output:
    output
    // {
      inherit pname version;
      meta = {
        outputsToInstall = [ "out" ];
      }
      // meta;
      drvPath = checked output.drvPath;
      outPath = checked output.outPath;
    };
in
complete drv
// builtins.listToAttrs (
  map (output: {
    name = output;
    value = complete drv.${output};
  }) outputs
)
