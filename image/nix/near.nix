# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# Names similar to one that does not exist, best first. Only errors use them. There are up to 25,000
# names, so each must take little time.
wanted: names:
let
  inherit (builtins)
    any
    filter
    genList
    listToAttrs
    lessThan
    sort
    stringLength
    substring
    ;

  letters = string: genList (i: substring i 1 string) (stringLength string);
  separators = [
    "-"
    "_"
    "."
  ];
  plain = builtins.replaceStrings (separators ++ letters "ABCDEFGHIJKLMNOPQRSTUVWXYZ") (
    map (_: "") separators ++ letters "abcdefghijklmnopqrstuvwxyz"
  );
  target = plain wanted;
  size = stringLength target;

  # Two strings are one edit apart if one is the other without a character, or if both are equal
  # without a character. The second case includes swapped neighbours.
  deletions =
    string:
    let
      n = stringLength string;
    in
    genList (i: substring 0 i string + substring (i + 1) (n - i) string) n;
  fewer = listToAttrs (
    map (name: {
      inherit name;
      value = null;
    }) (deletions target)
  );
  oneEdit =
    string: length:
    if length == size - 1 then
      fewer ? ${string}
    else if length == size + 1 then
      any (shorter: shorter == target) (deletions string)
    else
      length == size && any (shorter: fewer ? ${shorter}) (deletions string);

  # Half of all names contain a name of a few letters.
  contains =
    string: part: stringLength part >= 4 && builtins.replaceStrings [ part ] [ "" ] string != string;
  half = a: b: 2 * a >= b;

  distance =
    name:
    let
      string = plain name;
      length = stringLength string;
    in
    if string == target then
      0
    else if oneEdit string length then
      1
    else if contains string target then
      2 + length - size
    else if half length size && contains target string then
      2 + size - length
    else
      null;

  measured = filter (near: near.distance != null) (
    map (name: {
      inherit name;
      distance = distance name;
    }) names
  );
  before = a: b: if a.distance == b.distance then lessThan a.name b.name else a.distance < b.distance;
  sorted = map (near: near.name) (sort before measured);
in
genList (builtins.elemAt sorted) (if builtins.length sorted < 5 then builtins.length sorted else 5)
