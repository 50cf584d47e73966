# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# An OCI image with only the programs that mklive and voidgen's scripts run.
{
  build,
  pkgs,
  tools,
}:
let
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
