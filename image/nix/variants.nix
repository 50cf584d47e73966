# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# The images of the project's variants, for the flake that they share.
{
  # Those of default.nix.
  arguments,
  # The folder image/.
  top,
  variants,
}:
let
  manifest = name: top + "/variants/${name}/manifest.json";
  images = builtins.listToAttrs (
    map (name: {
      inherit name;
      value = import ./default.nix (
        removeAttrs arguments [
          "extra"
          "variants"
        ]
        // {
          manifest = manifest name;
          include = top + "/variants/${name}/include";
          variant = name;
        }
      );
    }) variants
  );

  # Those that are not the image's own: the project's image has them, too.
  shared = [
    "container"
    "mklive"
    "xbps"
  ];
  named =
    name: outputs:
    map (output: {
      name = if output == "default" then name else "${name}-${output}";
      value = outputs.${output};
    }) (builtins.attrNames (removeAttrs outputs shared));
in
{
  # What all variants have of a kind, for a host.
  outputs =
    kind: host:
    builtins.listToAttrs (
      builtins.concatMap (name: named name (images.${name}.${kind}.${host} or { })) variants
    );
  # Of all variants.
  modules = builtins.concatMap (
    name: (builtins.fromJSON (builtins.readFile (manifest name))).modules
  ) variants;
}
