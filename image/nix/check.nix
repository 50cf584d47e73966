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
  # The line that check.sh writes for an entry.
  describe =
    entry:
    if entry.type == "symlink" then
      "symlink ${entry.path} -> ${entry.target}"
    else if entry.type == "file" && isExecutable entry then
      "executable ${entry.path}"
    else
      "${entry.type} ${entry.path}";
  filled = builtins.filter (entry: entry.type == "directory" && entry ? made-by) entries;
in
build "check-include" ./check.sh {
  inherit include profile;
  # The content of the folders that Nix fills depends on the package set.
  filled = builtins.toFile "filled" (
    builtins.concatStringsSep "" (map (entry: "${entry.path}\n") filled)
  );
  expected = builtins.toFile "expected" (
    builtins.concatStringsSep "" (map (entry: "${describe entry}\n") entries)
  );
}
