# An OCI image with only the programs that mklive and voidgen's scripts run. All other programs come
# from the locked packages.
{ build, pkgs }:
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

  # A program that writes the image to its output. `buildLayeredImage` runs it and also compresses.
  stream = pkgs.dockerTools.streamLayeredImage {
    name = "voidgen-container";
    contents = [ tools ];
    extraCommands = ''
      mkdir -p etc root usr/bin var/tmp
      mkdir -m 1777 tmp
      ln -s ../../bin/env usr/bin/env
    '';
    config.Env = [ "PATH=/bin" ];
  };
in
build "voidgen-container.tar" ./container.sh { stream = "${stream}"; }
// {
  # The name that an engine gives the image when it loads the archive.
  inherit (stream) imageName imageTag;
}
