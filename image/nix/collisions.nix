# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# What packages hide of each other in the profile, as JSON: `path`, `from` which package it is, and
# which one's is `hidden`. Built before the profile, because Nix's own builder names no remedy.
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
  # NAME of NAME^OUTPUT,OUTPUT as it is asked for.
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
