# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# A console keymap that the set's ckbcomp makes from XKB. If the set has no ckbcomp, it is kbd's
# nearest keymap under the same name, and evaluation prints a warning.
{ build, pkgs }:
{
  path,
  layout,
  variant,
  options,
  nearest,
  ...
}:
let
  ckbcomp = builtins.tryEval (if pkgs ? ckbcomp then pkgs.ckbcomp.outPath else null);
  canMake = ckbcomp.success && ckbcomp.value != null;
  name = builtins.head (builtins.match "(.*)[.]map.*" (baseNameOf nearest));
  warning = ''
    voidgen: the package set has no package "ckbcomp", which makes ${path}.
    The console gets the keymap ${name} of kbd instead. Add ckbcomp to the package set, or write keymap = "${name}" in voidgen.toml.'';
in
if canMake then
  build "keymap" ./keymap.sh {
    inherit layout options variant;
    ckbcomp = "${pkgs.ckbcomp}";
  }
else
  builtins.trace warning (build "keymap" ./keymap-nearest.sh { inherit nearest; })
