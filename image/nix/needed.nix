# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# Whether a package that the set refuses may be evaluated: once its own faults are allowed
# ("granted"), once those of what it needs are, which are noted ("noted"), or never ("refused").
{
  # The names that are allowed, or have a fault of their own: kind -> [ name ].
  granted,
  note,
  variant,
}:
let
  inherit (builtins) elem;
  lookup = import ./lookup.nix;
  names = import ./names.nix;

  evaluatesIn =
    set: request:
    let
      found = lookup.find set request.path;
    in
    found ? value && lookup.evaluates request found.value;

  allowing =
    {
      unfree,
      insecure,
      handle,
    }:
    {
      allowUnfreePredicate = package: elem (names.package package) (granted "unfree") || unfree package;
      allowInsecurePredicate =
        package: elem (names.withVersion package) (granted "insecure") || insecure package;
      handleEvalIssue = handle;
    };

  granting = variant (allowing {
    unfree = _: false;
    insecure = _: false;
    handle = _: throw;
  });

  # If nixpkgs does not say which package is broken, an option of it does, but it warns of that
  # option: it is used only if it is needed.
  naming = variant (allowing {
    unfree = _: true;
    insecure = _: true;
    handle = _: message: names.isNamed message || throw message;
  });

  # A set for each request: what one set evaluated for a request is not evaluated again, and so
  # not noted, for the next.
  noting =
    request:
    let
      noted = about: note (about // { asked = request.name; });
      config = allowing {
        unfree =
          package:
          noted {
            reason = "unfree";
            name = names.package package;
            licenses = names.licenses (package.meta.license or [ ]);
          };
        insecure =
          package:
          noted {
            reason = "insecure";
            name = names.withVersion package;
          };
        handle =
          reason: message:
          noted {
            inherit reason;
            name = if names.isNamed message then names.quoted message else message;
          };
      };
      namesBroken = {
        allowBrokenPredicate =
          package:
          noted {
            reason = "broken";
            name = names.withVersion package;
          };
      };
    in
    variant (config // (if evaluatesIn naming request then { } else namesBroken));
in
request:
if evaluatesIn granting request then
  "granted"
else if evaluatesIn (noting request) request then
  "noted"
else
  "refused"
