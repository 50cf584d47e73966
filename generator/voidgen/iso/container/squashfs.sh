#!/usr/bin/env bash
# squashfs.sh ROOTFS ISO PLACE VOIDHOST, in a mount namespace of its own: the root tree with the
# store's paths bound into it becomes one squashfs, from byte PLACE of the ISO on. None of them
# is copied.
set -euo pipefail

root=$1 iso=$2 offset=$3 tools=$4/usr/bin place=''
mapfile -t options < /voidgen/job/squashfs

if [ -s /voidgen/job/store-paths ]; then
	place=$(cat /voidgen/job/store)
	store=$root/$place
	install -d -m 0755 "$root/nix" "${store%/*}"
	install -d -m 1775 "$store"
	# As Nix has it, where its build users' group is there (Nix manual, "Multi-User Mode").
	builders=$(sed -n 's/^nixbld:[^:]*:\([0-9]*\):.*/\1/p' "$root/etc/group")
	[ -z "$builders" ] || chgrp "$builders" "$store"
	install -m 0444 /voidgen/job/registration "$root/nix/registration"
	while read -r name; do
		path=/closure/$name
		if [ -L "$path" ]; then
			cp -P --preserve=timestamps "$path" "$store/"
		elif [ -d "$path" ]; then
			mkdir "$store/$name"
			mount --bind "$path" "$store/$name"
		else
			: > "$store/$name"
			mount --bind "$path" "$store/$name"
		fi
	done < /voidgen/job/store-paths
	# Places for the paths changed these.
	touch --date="@$SOURCE_DATE_EPOCH" "$root/nix/registration" "$root/nix"
	folder=$store
	until [ "$folder" = "${root%/*}" ]; do
		touch --date="@$SOURCE_DATE_EPOCH" "$folder"
		folder=${folder%/*}
	done
fi
# Whoever owns the store that it came from: in the image it is root's. Whether that store is
# optimised, with equal files as one, does not show; their bytes are there once all the same.
# Not by SOURCE_DATE_EPOCH, which would change the times of packages' files.
env -u SOURCE_DATE_EPOCH "$tools/mksquashfs" "$root" "$iso" -noappend -offset "$offset" \
	-no-progress -no-hardlinks -mkfs-time "$SOURCE_DATE_EPOCH" "${options[@]}" \
	-action "guid(0,0) @ subpathname(${place:-nix/store}/*)"
