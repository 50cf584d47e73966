# shellcheck shell=bash
# Read by every bash before its script (BASH_ENV in bash(1)); meant for mklive.sh alone. What is
# readonly here stands against mklive's own definition of the same function.
[[ ${0##*/} == mklive.sh ]] || return 0

# settle FOLDER: gives what this run made or changed there the time of SOURCE_DATE_EPOCH. What came
# with packages keeps its own time, which Python's caches go by.
settle() {
	bash /voidgen/of-this-run.sh "$1" \
		-exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} + ||
		die "Failed to date $1"
}

# mklive runs the programs of packages with an empty environment (env -i). This adds what they need:
#   PATH, which mklive gives dracut since da7063e (2026-05-06). Without it dracut-install of dracut
#     108 and later fails, and dracut may still succeed, with nothing in the initramfs. A PATH of
#     mklive's own comes later in the words of env(1), and wins.
#   SOURCE_DATE_EPOCH, because scripts of packages make users with a date.
#   DRACUT_NO_MKNOD, because dracut makes device nodes where it may and none in a user namespace:
#     without them a rootless engine gives the same image.
# dracut's images, mklive's and those of the kernel's package, have an order and times only if a
# setting asks for them.
chroot_path=/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin
dracut_conf=etc/dracut.conf.d/voidgen-reproducible.conf
chroot() {
	local root=$1
	shift
	if [[ "${*:1:2}" == 'env -i' ]]; then
		mkdir -p "$root/${dracut_conf%/*}"
		echo 'reproducible="yes"' > "$root/$dracut_conf"
		set -- env -i "PATH=$chroot_path" "SOURCE_DATE_EPOCH=$SOURCE_DATE_EPOCH" \
			"DRACUT_NO_MKNOD=$DRACUT_NO_MKNOD" "${@:3}"
	fi
	command chroot "$root" "$@"
}

readonly -f settle chroot

# One squashfs whose top level is the root tree, and no ext3 image in it: dracut from 112 on
# boots no other (void-mklive issue 460). It is written once, to its place in the ISO, which a
# first ISO without it tells; what xorriso makes is then written around it.
generate_squashfs() {
	umount_pseudofs || exit 1
	# What lies in the image's folder goes into the ISO.
	mv "$ROOTFS" "$BUILDDIR/rootfs"
	rm -f "$BUILDDIR/rootfs/$dracut_conf"
	bash /voidgen/speech-menu.sh "$IMAGEDIR" "$BUILDDIR/rootfs" ||
		die "Failed to remove the boot menus' entries with speech"
	settle "$BUILDDIR/rootfs"
	mkdir "$IMAGEDIR/LiveOS"
	install -m 0444 /voidgen/job/snapshot "$IMAGEDIR/voidgen.json"
	echo > "$IMAGEDIR/LiveOS/squashfs.img"
	chmod 0444 "$IMAGEDIR/LiveOS/squashfs.img"
	OUTPUT_FILE=$BUILDDIR/layout.iso generate_iso_image
	squashfs_place=$(bash /voidgen/place.sh "$BUILDDIR/layout.iso" "$VOIDHOSTDIR") ||
		die "Failed to lay the ISO out"
	rm "$BUILDDIR/layout.iso"
	# A namespace of its own: the store's paths must be gone before anything is removed.
	unshare --mount --propagation private bash /voidgen/squashfs.sh \
		"$BUILDDIR/rootfs" "$OUTPUT_FILE" "$squashfs_place" "$VOIDHOSTDIR" ||
		die "Failed to generate squashfs image"
	squashfs_size=$(($(stat -c %s "$OUTPUT_FILE") - squashfs_place))
	# As large, and a hole.
	truncate -s "$squashfs_size" "$IMAGEDIR/LiveOS/squashfs.img"
	eval "$VOIDHOSTDIR/usr/bin/xorriso() { write_iso \"\$@\"; }"
}

# write_iso WORD...: mklive's call of xorriso, all but the squashfs of what it writes.
write_iso() {
	settle "$IMAGEDIR"
	local place words=("${@/#"$OUTPUT_FILE"/-}") piece=(bs=1M 'iflag=fullblock,count_bytes' status=none)
	(
		set -o pipefail
		command "$VOIDHOSTDIR/usr/bin/xorriso" "${words[@]}" | {
			dd "${piece[@]}" count="$squashfs_place" conv=notrunc of="$OUTPUT_FILE" &&
				dd "${piece[@]}" count="$squashfs_size" of=/dev/null &&
				dd "${piece[@]}" oflag=append conv=notrunc of="$OUTPUT_FILE"
		}
	) || return 1
	place=$(bash /voidgen/place.sh "$OUTPUT_FILE" "$VOIDHOSTDIR")
	[ "$place" = "$squashfs_place" ] ||
		die "The squashfs is at $squashfs_place, where the ISO has it at $place"
}
readonly -f generate_squashfs write_iso

# The EFI system partition is filled by mtools: neither a loop device nor the kernel's vfat is
# needed, a failure is one, and its files have the order of their names.
mkfs.vfat() {
	command mkfs.vfat --invariant "$@"
}
fill() {
	local image=$1 folder=$2 name
	while read -r name; do
		mmd -i "$image" "::/$name" || return 1
	done < <(cd "$folder" && find . -mindepth 1 -type d -printf '%P\n' | sort)
	while read -r name; do
		mcopy -i "$image" "$folder/$name" "::/$name" || return 1
	done < <(cd "$folder" && find . -type f -printf '%P\n' | sort)
}
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
		fill "$vfat_image" "$vfat_folder" || die "Failed to fill the EFI image"
	elif [[ $1 == -R ]]; then
		# In a user namespace, what is mounted below cannot be unmounted by itself.
		command umount "$@" 2> /dev/null || command umount --lazy "${@: -1}"
	else
		command umount "$@"
	fi
}
readonly -f mkfs.vfat fill losetup mount umount
