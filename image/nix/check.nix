# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# Checks that the overlay tree has exactly what the manifest lists, and that no link into the
# profile is dangling.
{
  build,
  entries,
  include,
  profile,
}:
let
  isExecutable = import ./executable.nix;
  # In the words of check.sh.
  describe =
    entry:
    if entry.type == "symlink" then
      "symlink ${entry.path} -> ${entry.target}"
    else if entry.type == "file" && isExecutable entry then
      "executable ${entry.path}"
    else if entry.type == "mklive-file" then
      "executable ${entry.path}"
    else if entry.type == "dconf-db" || entry.type == "console-keymap" then
      "file ${entry.path}"
    else if entry.type == "packages-flake" then
      "directory ${entry.path}"
    else
      "${entry.type} ${entry.path}";
  flakes = builtins.filter (entry: entry.type == "packages-flake") entries;
in
build "check-include" ./check.sh {
  inherit include profile;
  # Their content depends on the package set.
  flakes = builtins.toFile "flakes" (
    builtins.concatStringsSep "" (map (entry: "${entry.path}\n") flakes)
  );
  expected = builtins.toFile "expected" (
    builtins.concatStringsSep "" (map (entry: "${describe entry}\n") entries)
  );
}
