#!/bin/bash
# Adds the hooks of the module persistence to the initramfs of a live image.

# Only mklive's run has mklive's own module: an installed system's initramfs gets nothing.
check() {
	local mklive
	# shellcheck disable=SC2154  # of dracut
	for mklive in "$dracutbasedir"/modules.d/[0-9][0-9]vmklive; do
		[ -d "$mklive" ] && return 0
	done
	return 255
}

depends() {
	echo dmsquash-live
}

installkernel() {
	hostonly='' instmods ext4 overlay
}

# shellcheck disable=SC2154  # of dracut
install() {
	inst_multiple blkid dd e2fsck ln mkdir mount readlink rm rmdir sleep umount
	inst_hook initqueue/settled 00 "$moddir/prepare-changes.sh"
	inst_hook pre-pivot 00 "$moddir/keep-changes.sh"
}
