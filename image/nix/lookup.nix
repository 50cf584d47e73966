# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# Finds a request of the manifest in a package set, and the outputs that it wants.
rec {
  # { value }, { missing } or { refused }. The last means that the set throws an error for the name,
  # as nixpkgs does for packages that were renamed or removed.
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

  # `openssl.dev` is an output, but older nixpkgs does not mark it as chosen.
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

  # Whether the wanted outputs of a package evaluate. Some errors cannot be caught: Nix prints them,
  # with who asked for the package.
  evaluates =
    request: package:
    (builtins.tryEval (
      introduced request (
        builtins.all (output: builtins.isString package.${output}.outPath) (outputs package request.outputs)
      )
    )).success;

  asker = by: if by.kind == "module" then "module ${by.name}" else by.name;
  askedBy =
    request:
    "${request.name} (asked for by ${builtins.concatStringsSep " and " (map asker request.by)})";
  introduced = request: builtins.addErrorContext "while evaluating ${askedBy request}";
}
