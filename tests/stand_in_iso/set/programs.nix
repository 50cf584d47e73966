# What nixpkgs' packages of these names bring, by the names of Debian's programs.
{
  bash = "bash sh=bash";
  coreutils =
    "[ basename cat chgrp chmod chown chroot cksum comm cp cut date dd df dirname du echo env"
    + " expr false head id install join link ln ls md5sum mkdir mkfifo mknod mktemp mv nice nl nproc od"
    + " paste printf pwd readlink realpath rm rmdir seq sha256sum sha512sum shuf sleep sort split stat"
    + " stdbuf stty sync tac tail tee test timeout touch tr true truncate tsort tty uname uniq unlink"
    + " users wc whoami yes";
  dosfstools = "fatlabel fsck.fat fsck.vfat mkfs.fat mkfs.vfat";
  findutils = "find xargs";
  gawk = "awk=gawk gawk";
  gnugrep = "egrep fgrep grep";
  gnused = "sed";
  gnutar = "tar";
  gzip = "gunzip gzip zcat";
  kmod = "depmod=kmod insmod=kmod kmod lsmod=kmod modinfo=kmod modprobe=kmod rmmod=kmod";
  mtools = "mattrib mcopy mdel mdir mformat mmd mmove mren mtools mtype";
  util-linux =
    "blkid findmnt flock getopt losetup lsblk mount mountpoint nsenter setpriv setsid umount"
    + " unshare";
  # On the PATH of voidgen's modules only.
  zstd = "zstd";
  which = "which=which.debianutils";
  # With it, what the stand-ins for mklive and for Void's packages take from the container.
  xbps =
    "xbps-install xbps-query xbps-rindex xbps-uhelper"
    + " grub-mkimage grub-mkstandalone mksquashfs unsquashfs xorriso zstd";
}
