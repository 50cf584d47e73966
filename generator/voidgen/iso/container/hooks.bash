# shellcheck shell=bash
# Read by every bash before its script (BASH_ENV in bash(1)); meant for mklive.sh alone. What is
# readonly here stands against mklive's own definition of the same function.
[[ ${0##*/} == mklive.sh ]] || return 0

# One squashfs whose top level is the root tree, and no ext3 image in it: dracut from 112 on
# boots no other (void-mklive issue 460).
generate_squashfs() {
	umount_pseudofs || exit 1
	mkdir -p "$IMAGEDIR/LiveOS"
	# A namespace of its own: the store's paths must be gone before anything is removed.
	unshare --mount --propagation private bash /voidgen/squashfs.sh \
		"$ROOTFS" "$IMAGEDIR/LiveOS/squashfs.img" "$VOIDHOSTDIR" ||
		die "Failed to generate squashfs image"
	# What lies in the image's folder goes into the ISO.
	mv "$ROOTFS" "$BUILDDIR/rootfs"
}
readonly -f generate_squashfs

# The EFI system partition is filled by mtools: neither a loop device nor the kernel's vfat is
# needed, and a failure is one.
losetup() {
	[[ $1 == --detach ]] || printf '%s\n' "${@: -1}"
}
mount() {
	if [[ " $* " == *' -t vfat '* ]]; then
		vfat_image=${*: -2:1} vfat_folder=${*: -1}
	else
		command mount "$@"
	fi
}
umount() {
	if [[ ${*: -1} == "${vfat_folder:-}" ]]; then
		mcopy -s -i "$vfat_image" "$vfat_folder"/* ::/ || die "Failed to fill the EFI image"
	elif [[ $1 == -R ]]; then
		# In a user namespace, what is mounted below cannot be unmounted by itself.
		command umount "$@" 2> /dev/null || command umount --lazy "${@: -1}"
	else
		command umount "$@"
	fi
}
readonly -f losetup mount umount
