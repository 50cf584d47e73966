# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# The programs that mklive and voidgen's scripts run. All other programs come from the locked
# packages.
{
  pkgs,
  # The output of setid.nix, or null.
  setid ? null,
}:
pkgs.buildEnv {
  name = "voidgen-tools";
  paths = [
    pkgs.bash
    pkgs.coreutils
    pkgs.dosfstools
    pkgs.findutils
    pkgs.gawk
    pkgs.gnugrep
    pkgs.gnused
    pkgs.gnutar
    pkgs.gzip
    pkgs.kmod
    pkgs.mtools
    (pkgs.util-linux or pkgs.utillinux)
    pkgs.which
    pkgs.xbps
  ]
  ++ (if setid == null then [ ] else [ setid ]);
  pathsToLink = [ "/bin" ] ++ (if setid == null then [ ] else [ "/lib/voidgen" ]);
}
