# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# What is wrong with a package that was asked for, in words for people who may not know Nix.
{ pkgs, nix }:
let
  inherit (builtins) concatMap concatStringsSep filter length;
  names = import ./names.nix;
  near = import ./near.nix;
  allowUnfree = import ./allow-unfree.nix nix;

  quote = name: ''"${name}"'';
  list = concatStringsSep ", ";
  dotted = concatStringsSep ".";
  release = pkgs.lib.trivial.release or null;
  set = "the package set" + (if release == null then "" else " (release ${release})");
  askedBy = request: "${request.name} (asked for by ${concatStringsSep " and " request.by})";
in
{
  missing = { done, name, among }:
    let
      place = if done == [ ] then set else "${dotted done}, in ${set},";
      candidates = map (candidate: dotted (done ++ [ candidate ])) (near name among);
    in
    {
      text = [
        "${place} has no package ${quote name}"
        (if candidates == [ ] then "nothing there has a name like it; a newer release may have it"
        else "near names: ${list candidates}")
      ];
    };

  notAPackage = request: value: {
    text =
      if builtins.isAttrs value then [
        "this is a set of packages, not a package"
        "name one of them, as in ${quote "${request.name}.NAME"}"
      ]
      else [ "this is not a package but a ${builtins.typeOf value}" ];
  };

  outputs = lacks: has: {
    text = [ "it has no output ${list (map quote lacks)}, only ${list (map quote has)}" ];
  };

  unfree = package: {
    unfree = names.package package;
    text =
      let licenses = names.licenses (package.meta.license or [ ]);
      in [ "${quote (names.package package)} is unfree (licence: ${list licenses}) and not allowed" ];
  };

  refused = {
    refused = true;
    text = [ "the package set refuses it; its own message appears once the other faults are mended" ];
  };

  introduction = request:
    "voidgen: the package set refuses ${askedBy request}; its own message follows";

  report = faulty:
    let
      unfree = map (fault: fault.unfree)
        (filter (fault: fault ? unfree) (concatMap ({ faults, ... }: faults) faulty));
      asked = toString (length nix.packages);
      lines = { request, faults, ... }:
        [ "" "  ${askedBy request}:" ] ++ map (line: "    ${line}") (concatMap (fault: fault.text) faults);
      remedy = if unfree == [ ] then [ ] else [
        ""
        "To allow the unfree ones, voidgen.toml needs under [nix]:"
        "    ${allowUnfree unfree}"
      ];
    in
    concatStringsSep "\n" (
      [ "voidgen: ${toString (length faulty)} of the ${asked} Nix packages asked for cannot be used:" ]
      ++ concatMap lines faulty
      ++ remedy
      ++ [ "" "Mend voidgen.toml (or the module named), then run `voidgen generate`." ]
    );
}
