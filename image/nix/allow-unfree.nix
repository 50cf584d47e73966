# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# The line of voidgen.toml that allows more unfree packages.
{ unfree, ... }: more:
let
  set = builtins.listToAttrs (map (name: { inherit name; value = null; }) (unfree ++ more));
  names = builtins.attrNames set;
in
"unfree = [${builtins.concatStringsSep ", " (map builtins.toJSON names)}]"
