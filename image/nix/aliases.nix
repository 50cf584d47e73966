# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# What nixpkgs' own list of aliases says about a name: { message, new }, or null. Nix cannot catch
# the message of a throw, so this reads the text of the list.
pkgs:
let
  inherit (builtins)
    elemAt
    filter
    genList
    isString
    length
    match
    stringLength
    substring
    ;

  root = pkgs.path or null;
  file = root + "/pkgs/top-level/aliases.nix";
  lines =
    if builtins.isPath root && builtins.pathExists file then
      filter isString (builtins.split "\n" (builtins.readFile file))
    else
      [ ];

  startsWith = prefix: text: substring 0 (stringLength prefix) text == prefix;
  # An entry has one line, or several that nixfmt made.
  entryAt =
    index:
    builtins.concatStringsSep " " (
      map (elemAt lines) (filter (i: i < length lines) (genList (i: index + i) 3))
    );
  entries =
    name:
    map entryAt (
      filter (
        index:
        let
          line = elemAt lines index;
        in
        startsWith "  ${name} =" line || startsWith "  \"${name}\" =" line
      ) (genList (index: index) (length lines))
    );

  messageOf = match "[^=;]*= *(throw|warnAlias|lib[.]warn[A-Za-z]*) +\"(([^\"\\\\]|\\\\.)*)\".*";
  targetOf = match "[^=;]*= *([A-Za-z_][A-Za-z0-9_.'-]*);.*";
  newIn = match ".*(renamed to/replaced by|renamed to|replaced by)[^A-Za-z0-9_]*([A-Za-z0-9_.+-]*[A-Za-z0-9_]).*";

  exists = name: pkgs ? ${builtins.head (filter isString (builtins.split "[.]" name))};
  known = name: if name != null && exists name then name else null;
in
name:
let
  found = entries name;
  entry = builtins.head found;
  message = messageOf entry;
  target = targetOf entry;
  new = newIn (elemAt message 1);
in
if found == [ ] then
  null
else if message != null then
  {
    message = elemAt message 1;
    new = known (if new == null then null else elemAt new 1);
  }
else if target != null && known (elemAt target 0) != null then
  {
    message = "'${name}' has been renamed to '${elemAt target 0}'";
    new = elemAt target 0;
  }
else
  null
