# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# What several of the packages have at the same path of the profile, as JSON: `path`, `from` whom
# it is, and whose is `hidden`. Made before the profile, as Nix's own builder names no remedy.
{ build, packages }:
let
  line = package: output:
    "${toString package.priority}\t${package.name}^${output.name}\t${output.value}\n";
in
build "collisions" ./collisions.sh {
  contents = builtins.concatStringsSep ""
    (builtins.concatMap (package: map (line package) package.outputs) packages);
  passAsFile = [ "contents" ];
}
