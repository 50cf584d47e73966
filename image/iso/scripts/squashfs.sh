#!/usr/bin/env bash
# squashfs.sh ROOTFS ISO PLACE VOIDHOST: binds the store's paths into the root tree, and writes the
# tree as one squashfs to the ISO, from byte PLACE on. Runs in a mount namespace of its own. It
# copies a store path only if its files do not have Nix's time.
set -euo pipefail

root=$1 iso=$2 offset=$3 tools=$4/usr/bin place=''
mapfile -t options < /voidgen/job/squashfs

# The image gets none of the attributes that the builder's file system gives to files (SELinux's
# labels, user.*). It keeps capabilities, which packages' scripts set. Older programs cannot keep
# these and leave out the others.
if bash /voidgen/is-recent.sh "$tools/mksquashfs"; then
	attributes=(-xattrs-include '^security\.capability$')
	[ ! -s /build/capabilities ] || attributes+=(-pf /build/capabilities)
elif [ ! -s /build/capabilities ] &&
	{ [ ! -x "$root/usr/bin/getcap" ] ||
		[ -z "$(env -u LD_PRELOAD chroot "$root" /usr/bin/getcap -r /)" ]; }; then
	attributes=(-no-xattrs)
else
	echo "voidgen: files of packages have capabilities: use squashfs-tools 4.6 or later, which keeps" \
		"them and leaves out other attributes" >&2
	exit 1
fi

if [ -s /voidgen/job/store-paths ]; then
	place=$(cat /voidgen/job/store)
	store=$root/$place
	install -d -m 0755 "$root/nix" "${store%/*}"
	install -d -m 1775 "$store"
	# As in Nix, if the group of its build users exists (Nix manual, "Multi-User Mode").
	builders=$(sed -n 's/^nixbld:[^:]*:\([0-9]*\):.*/\1/p' "$root/etc/group")
	[ -z "$builders" ] || chgrp "$builders" "$store"
	install -m 0444 /voidgen/job/registration "$root/nix/registration"
	# Find files without the time 1, which Nix gives all files of a store (Nix manual, nix-store
	# --verify). Backups, container images and other programs' copies of a store have other times.
	declare -A dated=()
	while IFS= read -r -d '' path; do
		dated[${path##*/}]=1
	done < <(cd /closure && xargs --delimiter='\n' --arg-file=/voidgen/job/store-paths sh -c \
		'exec find "$@" \( ! -newermt @0.999999999 -o -newermt @1.999999999 \) -printf "%H\\0"' find |
		sort --zero-terminated --unique)
	while read -r name; do
		path=/closure/$name
		if [ -n "${dated[$name]-}" ]; then
			cp -RT "$path" "$store/$name"
			find "$store/$name" -exec touch --no-dereference --date=@1 {} +
		elif [ -L "$path" ]; then
			cp -P --preserve=timestamps "$path" "$store/"
		elif [ -d "$path" ]; then
			mkdir "$store/$name"
			mount --bind "$path" "$store/$name"
		else
			: > "$store/$name"
			mount --bind "$path" "$store/$name"
		fi
	done < /voidgen/job/store-paths
	# Adding the paths changed the times of these.
	touch --date="@$SOURCE_DATE_EPOCH" "$root/nix/registration" "$root/nix"
	folder=$store
	until [ "$folder" = "${root%/*}" ]; do
		touch --date="@$SOURCE_DATE_EPOCH" "$folder"
		folder=${folder%/*}
	done
fi
# The image takes only what Nix identifies a store path by: content, kind and run bit. Its files
# belong to root and are read-only, without attributes. An optimised store, which joins equal files,
# makes no difference: the squashfs stores equal files once in any case.
in_store="subpathname(${place:-nix/store}/*)"
owned=(-action "guid(0,0) @ $in_store" -action "mode(a=rX) @ $in_store && !type(l)")
[ "${attributes[0]}" = -no-xattrs ] || owned+=(-action "xattrs-exclude(.*) @ $in_store")
# With SOURCE_DATE_EPOCH, mksquashfs would change the times of packages' files.
env -u SOURCE_DATE_EPOCH "$tools/mksquashfs" "$root" "$iso" -noappend -offset "$offset" \
	-no-progress -no-hardlinks -mkfs-time "$SOURCE_DATE_EPOCH" "${options[@]}" "${owned[@]}" \
	"${attributes[@]}"
