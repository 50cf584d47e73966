# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# What builds the files and folders of the overlay that Nix makes, by the `kind` of their `made-by`:
# functions of the entry, whose value is copied.
{
  build,
  flake,
  # A name and a folder of the image -> the overlay's files below it.
  listed,
  mklive,
  pkgs,
}:
let
  arguments = entry: entry.made-by.arguments or { };
in
{
  console-keymap =
    entry: import ./keymap.nix { inherit build pkgs; } (arguments entry // { inherit (entry) path; });

  dconf-database =
    entry:
    import ./dconf.nix { inherit build pkgs; } {
      inherit (entry) path;
      inherit (arguments entry) module;
      keyfiles = listed "keyfiles" (arguments entry).keyfiles;
    };

  locale-archive =
    entry: import ./locales.nix { inherit build pkgs; } (arguments entry // { inherit (entry) path; });

  mklive-file =
    entry:
    build "mklive-file" ./mklive-file.sh {
      inherit (arguments entry) name;
      mklive = "${mklive}";
    };

  packages-flake = _: flake;
}
