# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# Does the overlay tree hold exactly what the manifest lists, and does every link into the
# profile lead somewhere?
{
  build,
  entries,
  include,
  profile,
}:
let
  isExecutable = import ./executable.nix;
  # As check.sh describes what it finds.
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
  # What is in them is the package set's.
  flakes = builtins.toFile "flakes" (
    builtins.concatStringsSep "" (map (entry: "${entry.path}\n") flakes)
  );
  expected = builtins.toFile "expected" (
    builtins.concatStringsSep "" (map (entry: "${describe entry}\n") entries)
  );
}
