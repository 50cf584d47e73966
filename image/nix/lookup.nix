# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# A request of the manifest in a package set: where its path leads, and which outputs it wants.
rec {
  # { value }, { missing } or { refused }: the set answers the name with an error of its own, as
  # nixpkgs does for packages that were renamed or removed.
  find =
    set: path:
    let
      go =
        set: done: path:
        if path == [ ] then
          { value = set; }
        else
          let
            name = builtins.head path;
          in
          if !(builtins.isAttrs set && set ? ${name}) then
            {
              missing = {
                inherit done name;
                among = if builtins.isAttrs set then builtins.attrNames set else [ ];
              };
            }
          else if !(builtins.tryEval set.${name}).success then
            { refused = set.${name}; }
          else
            go set.${name} (done ++ [ name ]) (builtins.tail path);
    in
    go set [ ] path;

  # `openssl.dev` names an output by itself, which older nixpkgs does not mark.
  chosenByPath =
    package:
    package.outputSpecified
      or (package.outputName or "out" != builtins.head (package.outputs or [ "out" ]));

  outputs =
    package: wanted:
    if wanted == [ "*" ] then
      package.outputs or [ "out" ]
    else if wanted != [ ] then
      wanted
    else if chosenByPath package then
      [ package.outputName ]
    else
      package.meta.outputsToInstall or [ (package.outputName or "out") ];

  # Whether the set gives what is wanted of a package. Not every error can be caught: of those that
  # cannot, Nix shows who asked beside them.
  evaluates =
    request: package:
    (builtins.tryEval (
      introduced request (
        builtins.all (output: builtins.isString package.${output}.outPath) (outputs package request.outputs)
      )
    )).success;

  askedBy = request: "${request.name} (asked for by ${builtins.concatStringsSep " and " request.by})";
  introduced = request: builtins.addErrorContext "while evaluating ${askedBy request}";
}
