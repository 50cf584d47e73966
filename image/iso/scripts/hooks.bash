# shellcheck shell=bash
# Every bash reads this before its script (BASH_ENV in bash(1)), but it is only for mklive.sh. A
# read-only function defined here overrides mklive's.
[[ ${0##*/} == mklive.sh ]] || return 0

# settle FOLDER: sets the time of everything that this run made or changed there to
# SOURCE_DATE_EPOCH. Files of packages keep their times, because Python's caches depend on them.
settle() {
	bash /voidgen/of-this-run.sh "$1" \
		-exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} + ||
		die "Failed to date $1"
}

# mklive runs the programs of packages with an empty environment (env -i). This adds what they need:
#   PATH, which mklive gives dracut since da7063e (2026-05-06). Without it, dracut-install of dracut
#     108 and later fails, and dracut may still succeed with an empty initramfs. If mklive sets PATH,
#     its value comes later in the arguments of env(1), and wins.
#   SOURCE_DATE_EPOCH, because packages' scripts make users with a date.
#   DRACUT_NO_MKNOD, because dracut makes device nodes if it can, and none in a user namespace.
#     Without device nodes, a rootless engine makes the same image.
#   LD_PRELOAD and DRACUT_LDD, if build.sh sets them. Another library that this machine preloads is
#     not in the root tree: ldd would fail, and dracut would leave out every library.
# The setting makes dracut's images, mklive's and the kernel package's, have a fixed order and
# times.
chroot_path=/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin
dracut_conf=etc/dracut.conf.d/voidgen-reproducible.conf
chroot() {
	local root=$1
	shift
	if [[ "${*:1:2}" == 'env -i' ]]; then
		mkdir -p "$root/${dracut_conf%/*}"
		{
			echo 'reproducible="yes"'
			# dracut 059 unsets it before it reads this.
			[ -z "${DRACUT_LDD-}" ] || echo "export LD_PRELOAD=$LD_PRELOAD"
		} > "$root/$dracut_conf"
		set -- env -i "PATH=$chroot_path" "SOURCE_DATE_EPOCH=$SOURCE_DATE_EPOCH" \
			"DRACUT_NO_MKNOD=$DRACUT_NO_MKNOD" \
			${DRACUT_LDD:+"LD_PRELOAD=$LD_PRELOAD" "DRACUT_LDD=$DRACUT_LDD"} "${@:3}"
	fi
	command chroot "$root" "$@"
}

readonly -f settle chroot

# Makes one squashfs with the root tree at its top, and no ext3 image in it: dracut from 112 on
# boots no other form (void-mklive issue 460). It is written once, straight to its place in the ISO.
# A first ISO without it shows this place. xorriso's output is then written around it.
generate_squashfs() {
	umount_pseudofs || exit 1
	# Everything in the image's folder goes into the ISO.
	mv "$ROOTFS" "$BUILDDIR/rootfs"
	rm -f "$BUILDDIR/rootfs/$dracut_conf"
	# Triggers of the packages that mklive removed at last may have made files again.
	bash /voidgen/remove-files.sh "$BUILDDIR/rootfs" again || die "Failed to remove files"
	if [ -e "$BUILDDIR/rootfs/setid" ]; then
		bash /voidgen/setgid-folders.sh "$BUILDDIR/rootfs" || die "Failed to keep setgid folders"
		bash /voidgen/capabilities.sh "$BUILDDIR/rootfs" > /build/capabilities ||
			die "Failed to keep capabilities"
		rm -r "$BUILDDIR/rootfs/setid"
	fi
	bash /voidgen/speech-menu.sh "$IMAGEDIR" "$BUILDDIR/rootfs" ||
		die "Failed to remove the boot menus' entries with speech"
	bash /voidgen/volume-label.sh "$IMAGEDIR" /voidgen/job ||
		die "Failed to write the label into the boot menus"
	bash /voidgen/boot-menu.sh "$IMAGEDIR" /voidgen/job ||
		die "Failed to change the boot menus"
	settle "$BUILDDIR/rootfs"
	mkdir "$IMAGEDIR/LiveOS"
	install -m 0444 /voidgen/job/snapshot "$IMAGEDIR/voidgen.json"
	echo > "$IMAGEDIR/LiveOS/squashfs.img"
	chmod 0444 "$IMAGEDIR/LiveOS/squashfs.img"
	OUTPUT_FILE=$BUILDDIR/layout.iso generate_iso_image
	squashfs_place=$(bash /voidgen/place.sh "$BUILDDIR/layout.iso" "$VOIDHOSTDIR") ||
		die "Failed to lay the ISO out"
	rm "$BUILDDIR/layout.iso"
	# In a separate namespace: the store's paths must be unmounted before anything is removed.
	unshare --mount --propagation private bash /voidgen/squashfs.sh \
		"$BUILDDIR/rootfs" "$OUTPUT_FILE" "$squashfs_place" "$VOIDHOSTDIR" ||
		die "Failed to generate squashfs image"
	squashfs_size=$(($(stat -c %s "$OUTPUT_FILE") - squashfs_place))
	# A hole of the same size.
	truncate -s "$squashfs_size" "$IMAGEDIR/LiveOS/squashfs.img"
	eval "$VOIDHOSTDIR/usr/bin/xorriso() { write_iso \"\$@\"; }"
}

# write_iso WORD...: runs xorriso as mklive does, and writes everything except the squashfs. The
# volume label is the job's.
write_iso() {
	settle "$IMAGEDIR"
	local place words=("${@/#"$OUTPUT_FILE"/-}") piece=(bs=1M 'iflag=fullblock,count_bytes' status=none)
	local index
	if [ -f /voidgen/job/volume-label ]; then
		for index in "${!words[@]}"; do
			[[ ${words[index]} != -volid ]] || words[index + 1]=$(cat /voidgen/job/volume-label)
		done
	fi
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
		die "The squashfs is at byte $squashfs_place, but the ISO expects it at byte $place"
}
readonly -f generate_squashfs write_iso

# mtools fills the EFI system partition. It needs neither a loop device nor the kernel's vfat,
# reports errors, and copies files in the order of their names.
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
		# In a user namespace, mounts below cannot be unmounted separately.
		command umount "$@" 2> /dev/null || command umount --lazy "${@: -1}"
	else
		command umount "$@"
	fi
}
readonly -f mkfs.vfat fill losetup mount umount
