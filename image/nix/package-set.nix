# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# Where the package set is: here, and on the live system, which cannot read files of this machine.
# There it is locked as here, or it is a store path in the image.
{
  # A flake input, or a folder of the project.
  nixpkgs,
  # The name of the flake input.
  input,
  # Whether it is a flake whose packages are the set, and the names of the sets that its inputs follow.
  isFlake,
  follows,
  # Files of the project with overlays.
  overlays,
  project,
  # flake.lock, if there is one.
  lock,
}:
let
  inherit (builtins)
    filter
    head
    isString
    match
    pathExists
    split
    stringLength
    substring
    ;

  below = folder: path: substring (stringLength (toString folder)) (-1) (toString path);

  # A set in a folder may read folders beside it, so the image carries the topmost folder.
  inProject =
    let
      relative = below project nixpkgs;
      top = head (filter (name: isString name && name != "") (split "/" relative));
      rest = below "/${top}" relative;
      carried = source (project + "/${top}");
    in
    {
      inherit carried rest;
    };

  # Nix names inputs "source", and copies a `path:` input with another name into its store again.
  source =
    path:
    builtins.path {
      name = "source";
      inherit path;
    };

  # A file may read others beside it, so the image carries its topmost folder, or only the file if it
  # is in none.
  ofOverlay =
    file:
    let
      relative = substring 1 (-1) (below project file);
      top = head (split "/" relative);
    in
    {
      inherit relative top;
      carried = builtins.path {
        name = "overlay";
        path = project + "/${top}";
      };
    };

  locks = builtins.fromJSON (builtins.readFile lock);
  inherit (locks) nodes;
  name = nodes.${locks.root}.inputs.${input};
  inherit (spelled name) locked;
  isOfThisMachine =
    locked: locked.type == "path" || match "file:.*" (locked.url or "") != null;

  # A node in a form that does not depend on the release of Nix. Releases differ in derived
  # attributes, and in how they write a branch and a folder of a repository. lock/entries.py does
  # the same.
  spelled =
    key:
    let
      node = nodes.${key};
      derived = [
        "__final"
        "revCount"
      ]
      ++ (if node.locked ? rev then [ ] else [ "lastModified" ]);
    in
    node
    // {
      locked = removeAttrs (attributes node.locked) derived;
      original = attributes node.original;
    };
  attributes =
    found:
    found
    // (if found ? ref then { ref = without "refs/heads/(.*)" found.ref; } else { })
    // (if found ? dir && found ? url then { url = without "(.*)[?]dir=[^&]*" found.url; } else { });
  without =
    pattern: text:
    let
      found = match pattern text;
    in
    if found == null then text else head found;

  # An input that follows another input of the project has no node of its own.
  needs = node: filter isString (builtins.attrValues (nodes.${node}.inputs or { }));
  reached = builtins.genericClosure {
    startSet = [ { key = name; } ];
    operator = { key }: map (node: { key = node; }) (needs key);
  };
  needed = map ({ key }: key) reached ++ map (set: nodes.${locks.root}.inputs.${set}) follows;
in
# Evaluate the set in its own folder: then `nix flake check --no-build` copies nothing.
{
  here = nixpkgs;
  overlays = map ofOverlay overlays;
}
// (
  if
    substring 0 (stringLength (toString project) + 1) (toString nixpkgs) == "${toString project}/"
  then
    inProject
  else if builtins.isPath nixpkgs then
    {
      carried = source nixpkgs;
      rest = "";
    }
  else if lock == null || !(pathExists lock) then
    { }
  # A copy of a flake without its inputs is useless, and so is one that follows a copied set.
  else if isFlake && builtins.any (key: isOfThisMachine (spelled key).locked) needed then
    { isLeftOut = true; }
  else if isOfThisMachine locked then
    {
      carried = "${nixpkgs}";
      rest = "";
    }
  else
    {
      inherit locked;
      # In flake.lock: the input's own node, and all that it needs.
      node = name;
      nodes = builtins.listToAttrs (
        map ({ key }: {
          name = key;
          value = spelled key;
        }) reached
      );
    }
)
