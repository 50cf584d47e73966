# The lines of voidgen.toml that allow more packages.
{ insecure, unfree, ... }:
let
  line =
    key: names: more:
    let
      set = builtins.listToAttrs (
        map (name: {
          inherit name;
          value = null;
        }) (names ++ more)
      );
    in
    "${key} = [${builtins.concatStringsSep ", " (map builtins.toJSON (builtins.attrNames set))}]";
in
{
  insecure = line "insecure" insecure;
  unfree = line "unfree" unfree;
}
