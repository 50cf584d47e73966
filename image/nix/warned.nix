# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# A function that returns its argument. It prints a warning if voidgen.toml or a file of the
# project's modules is not as `voidgen generate` read it: then image/ is from an earlier state.
# image/emitted.json has the hashes.
{
  # The project's folder, in the tree that Nix sees: git leaves out what it does not track.
  project,
  # Names of the image's modules.
  modules,
}:
let
  inherit (builtins)
    attrNames
    baseNameOf
    concatMap
    dirOf
    filter
    fromJSON
    hashFile
    head
    length
    match
    pathExists
    readDir
    readFile
    toString
    ;
  list = project + "/image/emitted.json";
  read = if pathExists list then (fromJSON (readFile list)).sources or { } else { };

  typeOf = folder: name: (readDir (project + "/${folder}")).${name} or "missing";
  # Regular files only: a link may lead out of the flake's tree.
  files =
    folder: name:
    let
      type = typeOf folder name;
      path = "${folder}/${name}";
    in
    if type == "regular" then
      [ path ]
    else if type == "directory" then
      concatMap (files path) (attrNames (readDir (project + "/${path}")))
    else
      [ ];

  own = filter (
    name: typeOf "." "overlay-src" == "directory" && typeOf "overlay-src" name == "directory"
  ) modules;
  filesOf =
    module:
    concatMap (files "overlay-src/${module}") [
      "module.toml"
      "files"
    ];
  settings = if typeOf "." "voidgen.toml" == "regular" then [ "voidgen.toml" ] else [ ];
  # Those that voidgen.toml names, such as a picture of the boot menu.
  isNamed =
    path:
    match "voidgen\\.toml|overlay-src/.*" path == null
    && pathExists (project + "/${path}")
    && typeOf (dirOf path) (baseNameOf path) == "regular";
  found = settings ++ concatMap filesOf own ++ filter isNamed (attrNames read);
  changed = filter (name: read.${name} or "" != hashFile "sha256" (project + "/${name}")) found;

  more = length changed - 1;
  verb =
    if more == 0 then
      "has"
    else if more == 1 then
      "and 1 more file have"
    else
      "and ${toString more} more files have";
in
if read == { } || changed == [ ] then
  x: x
else
  (builtins.warn or builtins.trace)
    "${head changed} ${verb} changed since `voidgen generate`: run it again"
