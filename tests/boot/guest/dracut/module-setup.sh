#!/bin/bash
# Stands in for mklive's module of dracut.

check() {
	return 255
}

depends() {
	echo dmsquash-live
}

# shellcheck disable=SC2154  # of dracut
install() {
	inst /usr/sbin/chroot
	inst_hook pre-pivot 01 "$moddir/adduser.sh"
}
