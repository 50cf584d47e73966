# The static busybox of the project, with a link for each of its programs.
{ licenses, system }:
let
  file = ./busybox;
  # Busybox chooses its program by its file name, so the file keeps its name.
  given = builtins.path {
    name = "busybox-given";
    path = ./.;
    filter = path: type: type == "regular" && baseNameOf path == "busybox";
  };
  # The version depends on the bytes of the file.
  version = "0.${builtins.substring 0 8 (builtins.hashFile "sha256" file)}";
in
if !(builtins.pathExists file) then
  throw ''
    The embedded package set needs a static busybox, as the file "busybox" of the folder of packages. On Debian:
      apt install busybox-static
      install -m 0755 /usr/bin/busybox packages/busybox
      git add packages/busybox''
else
  derivation {
    name = "busybox-${version}";
    inherit system;
    builder = "${given}/busybox";
    args = [
      "sh"
      "-eu"
      (builtins.toFile "busybox.sh" (builtins.readFile ./busybox.sh))
    ];
    inherit given;
  }
  // {
    pname = "busybox";
    inherit version;
    meta = {
      description = "Tiny versions of common Unix programs in one";
      license = licenses.gpl2;
      outputsToInstall = [ "out" ];
      # If another package has a program of the same name, that one is used.
      priority = 10;
    };
  }
