# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# The overlay tree: exactly the entries of the manifest. Its files come from image/include. A file
# there that the manifest does not list is left out. Files that git would read, such as
# .gitattributes, have another name there: `emitted` in their entries.
{
  build,
  pkgs,
  include,
  entries,
  flake,
  mklive,
  profile,
}:
let
  inherit (builtins)
    concatMap
    concatStringsSep
    filter
    listToAttrs
    ;

  ofType = type: filter (entry: entry.type == type) entries;
  paths = map (entry: entry.path);
  setOf =
    names:
    listToAttrs (
      map (name: {
        inherit name;
        value = null;
      }) names
    );
  list = name: lines: builtins.toFile name (concatStringsSep "" (map (line: "${line}\n") lines));

  files = filter (entry: entry.type == "file" && !(entry ? made-by)) entries;
  plain = filter (entry: !(entry ? emitted)) files;
  renamed = filter (entry: entry ? emitted) files;
  fileSet = setOf (paths plain);
  directories = paths (filter (entry: entry.type == "directory" && !(entry ? made-by)) entries);
  directorySet = setOf directories;

  root = builtins.stringLength (toString include);
  # The files below a folder of the image, with their names in the image.
  listed =
    name: folder:
    let
      isBelow = entry: builtins.substring 0 (builtins.stringLength folder + 1) entry.path == "${folder}/";
      relative = entry: builtins.substring (builtins.stringLength folder) (-1) entry.path;
      others = filter isBelow renamed;
      source = builtins.path {
        inherit name;
        path = include + folder;
        filter =
          path: type:
          (if type == "directory" then directorySet else fileSet) ? ${builtins.substring root (-1) path};
      };
      file =
        entry:
        builtins.path {
          name = "file";
          path = include + entry.emitted;
        };
    in
    if others == [ ] then
      source
    else
      build name ./listed.sh {
        source = if builtins.any isBelow plain then source else "";
        # Not toFile, because it refers to store paths.
        files = concatStringsSep "" (
          concatMap (entry: [
            "${relative entry}\n"
            "${file entry}\n"
          ]) others
        );
        passAsFile = [ "files" ];
      };

  builders = import ./made.nix {
    inherit
      build
      flake
      listed
      mklive
      pkgs
      ;
  };
  made = filter (entry: entry ? made-by) entries;
  unknown = filter (entry: !(builders ? ${entry.made-by.kind})) made;

  tree = build "include" ./include.sh {
    inherit profile;
    # Git keeps no empty folders, so an overlay without files has no image/include.
    source = if files == [ ] then "" else listed "include-files" "";
    directories = list "directories" directories;
    executables = list "executables" (paths (filter (import ./executable.nix) (ofType "file")));
    # Not toFile, because it refers to outputs of derivations.
    made = concatStringsSep "" (
      map (entry: "${entry.path}\n${builders.${entry.made-by.kind} entry}\n") made
    );
    passAsFile = [ "made" ];
    links = list "links" (
      concatMap (link: [
        link.path
        link.target
      ]) (ofType "symlink")
    );
  };

  missing = filter (path: !(builtins.pathExists (include + path))) (
    map (entry: entry.emitted or entry.path) files
  );
  homeless = filter (path: dirOf path != "/" && !(directorySet ? ${dirOf path})) (paths entries);
  fault =
    what: at:
    throw ''
      voidgen: image/manifest.json lists ${what}:
      ${concatStringsSep "\n" (map (path: "  ${path}") at)}
      Run `voidgen generate`.'';
in
if missing != [ ] then
  fault "files that are missing, or that git does not track" (
    map (path: "image/include${path}") missing
  )
else if unknown != [ ] then
  fault "entries that image/nix cannot make" (paths unknown)
else if homeless != [ ] then
  fault "entries in folders that it does not list" homeless
else
  tree
