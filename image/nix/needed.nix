# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# Whether a package that the set refuses can be evaluated: if its own faults are allowed
# ("granted"); if the faults of the packages that it needs are allowed, too, and noted ("noted"); or
# never ("refused").
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

  # If nixpkgs does not say which package is broken, one of its options does. Nixpkgs warns about
  # that option, so it is set only if needed.
  naming = variant (allowing {
    unfree = _: true;
    insecure = _: true;
    handle = _: message: names.isNamed message || throw message;
  });

  # A separate set for each request: Nix evaluates each package of a set once, and would note it for
  # the first request only.
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
