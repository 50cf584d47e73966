# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# Files of packages that other packages hide in the profile, as JSON: `path`, the package `from`
# which it comes, and the package whose file is `hidden`. Built before the profile, because the
# errors of Nix's own builder do not say what to do.
{ build, packages }:
let
  inherit (builtins)
    concatMap
    concatStringsSep
    readFile
    stringLength
    substring
    toFile
    ;
  # NAME of NAME^OUTPUT,OUTPUT in voidgen.toml.
  name =
    package:
    let
      picked = if package.wanted == [ ] then "" else "^${concatStringsSep "," package.wanted}";
    in
    substring 0 (stringLength package.name - stringLength picked) package.name;
  line =
    package: output: "${toString package.priority}\t${name package}^${output.name}\t${output.value}\n";
in
build "collisions" ./collisions.sh {
  contents = concatStringsSep "" (concatMap (package: map (line package) package.outputs) packages);
  level = toFile "level.awk" (readFile ./collisions-level.awk);
  report = toFile "report.awk" (readFile ./collisions-report.awk);
  passAsFile = [ "contents" ];
}
