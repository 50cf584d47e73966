# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# A local XBPS repository of exactly the locked packages.
{
  build,
  # `xbps` in voidgen.lock.
  locked,
  # The output of xbps-packages.nix.
  packages,
  xbps,
}:
build "xbps-repository" ./xbps-repository.sh {
  inherit packages xbps;
  arches = builtins.attrNames (
    builtins.listToAttrs (
      map (repository: {
        name = repository.arch;
        value = null;
      }) locked.repositories
    )
  );
}
