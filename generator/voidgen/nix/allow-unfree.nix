# The line of voidgen.toml that allows more unfree packages.
{ unfree, ... }: more:
let
  names = builtins.attrNames (builtins.listToAttrs (map (name: { inherit name; value = null; }) (unfree ++ more)));
in
"unfree = [${builtins.concatStringsSep ", " (map builtins.toJSON names)}]"
