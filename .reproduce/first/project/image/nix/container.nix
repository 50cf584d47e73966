# An OCI image with what mklive and voidgen's scripts call, and nothing else: all other programs
# are those of the locked packages.
{ pkgs }:
let
  tools = pkgs.buildEnv {
    name = "voidgen-tools";
    paths = with pkgs; [
      bash
      coreutils
      dosfstools
      findutils
      gawk
      gnugrep
      gnused
      gnutar
      gzip
      kmod
      mtools
      (pkgs.util-linux or pkgs.utillinux)
      which
      xbps
    ];
    pathsToLink = [ "/bin" ];
  };
in
pkgs.dockerTools.buildLayeredImage {
  name = "voidgen-container";
  contents = [ tools ];
  extraCommands = ''
    mkdir -p etc root usr/bin var/tmp
    mkdir -m 1777 tmp
    ln -s ../../bin/env usr/bin/env
  '';
  config.Env = [ "PATH=/bin" ];
}
