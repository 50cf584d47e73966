#!/bin/sh
# Stands in for mklive's adduser.sh and getty-serial.sh.
# shellcheck disable=SC1091,SC2154  # of dracut

type getarg > /dev/null 2>&1 || . /lib/dracut-lib.sh

user=$(getarg live.user)
shell=$(getarg live.shell)
echo void-live > "$NEWROOT/etc/hostname"
chroot "$NEWROOT" useradd -m -c "$user" -G audio,video -s "${shell:-/bin/bash}" "$user"
printf '%s:voidlinux\n' root "$user" | chroot "$NEWROOT" chpasswd -c SHA512
case $(getarg console) in
*ttyS0*) ln -s /etc/sv/agetty-ttyS0 "$NEWROOT/etc/runit/runsvdir/default/" ;;
esac
