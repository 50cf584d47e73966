# A dconf database, compiled by the set's own dconf from a folder of key files.
{ build, pkgs }:
{
  path,
  module,
  keyfiles,
}:
build "dconf-db" ./dconf.sh {
  inherit keyfiles;
  dconf = "${pkgs.dconf or (throw ''
    voidgen: module "${module}" needs dconf, which compiles ${path}, and the package set has no package "dconf".
    Take the module out of voidgen.toml, or add dconf to the package set.'')
  }";
}
