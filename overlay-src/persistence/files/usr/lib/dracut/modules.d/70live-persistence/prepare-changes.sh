#!/bin/sh
# Prepares the file system that rd.live.overlay=LABEL=NAME:/FOLDER/changes names, before
# dmsquash-live-root mounts it. Repairs it, creates the folders that dmsquash-live-root expects, and
# tries an overlay on them. If that fails, hides the file system, so that the system starts with an
# overlay in memory. /run/live-persistence says which: "kept LABEL" or "lost REASON".
# shellcheck disable=SC1091,SC2154  # of dracut

type getarg > /dev/null 2>&1 || . /lib/dracut-lib.sh

persistence_trial=/run/live-persistence.trial

# Fails with the reason in $reason, and leaves the file system mounted if it can be mounted.
persistence_try() {
	reason="there is no partition with the label $label"
	tries=0
	until [ -b "$device" ]; do
		tries=$((tries + 1))
		[ "$tries" -le 10 ] || return 1
		sleep 0.5
	done
	disk=$(readlink -f "$device")
	{ read -r protected < "/sys/class/block/${disk##*/}/ro"; } 2> /dev/null || protected=0
	reason="$device is write-protected"
	[ "$protected" = 0 ] || return 1
	kind=$(blkid -o value -s TYPE "$device")
	case $kind in
	ext[234]) ;;
	*)
		reason="$device has no ext4 file system${kind:+, but $kind}"
		return 1
		;;
	esac
	# Status 4 and more: errors are left. "-p" repairs only what is safe to repair.
	e2fsck -p "$device" > /dev/kmsg 2>&1 < /dev/null
	[ $? -lt 4 ] || e2fsck -y "$device" > /dev/kmsg 2>&1 < /dev/null
	[ $? -lt 4 ] || { reason="e2fsck cannot repair $device" && return 1; }
	reason="$device cannot be mounted"
	mkdir -p "$persistence_trial/disk" "$persistence_trial/lower" "$persistence_trial/root"
	mount -n "$device" "$persistence_trial/disk" || return 1
	reason="$device cannot be written to, or is full"
	top=$persistence_trial/disk${folder%/*}
	mkdir -p "$persistence_trial/disk$folder" "$top/ovlwork" || return 1
	if getargbool 0 rd.live.overlay.reset || getargbool 0 rd.overlay.reset; then
		# dracut removes the changes.
		rm -rf "$top/live-setup" || return 1
	fi
	reason="the changes on $device are damaged, or the partition is full"
	modprobe -q overlay
	mount -n -t overlay -o "lowerdir=$persistence_trial/lower,upperdir=$persistence_trial/disk$folder,workdir=$top/ovlwork" \
		overlay "$persistence_trial/root" || return 1
	written=yes
	dd if=/dev/zero of="$persistence_trial/root/.live-persistence" bs=64k count=1 2> /dev/null || written=
	rm -f "$persistence_trial/root/.live-persistence"
	umount "$persistence_trial/root"
	[ -n "$written" ]
}

# Mounts an empty file system over the one with the changes. dmsquash-live-root binds what is
# mounted, and finds no folders there.
persistence_hide() {
	mkdir -p "$persistence_trial/disk"
	if ! mount -n -o remount,ro "$persistence_trial/disk" 2> /dev/null; then
		mount -n -o ro "$device" "$persistence_trial/disk" 2> /dev/null || return
	fi
	mount -n -t tmpfs tmpfs "$persistence_trial/disk"
}

# The stick and its first partition both have the ISO's label. If dracut mounts the whole stick, the
# kernel refuses to mount its partitions.
persistence_find_iso() {
	iso=$(readlink -f "${root#live:}")
	[ ! -e "/sys/class/block/${iso##*/}/partition" ] || return 0
	for first in "${iso}1" "${iso}p1"; do
		[ ! -b "$first" ] || ln -sf "$first" "${root#live:}"
	done
}

persistence_prepare() {
	place=$(getarg rd.live.overlay)
	case $place in
	LABEL=*:/*/*) ;;
	*) return ;;
	esac
	label=${place#LABEL=} folder=${place#*:}
	label=${label%%:*}
	device=/dev/disk/by-label/$label
	persistence_find_iso
	if persistence_try > /dev/null; then
		umount "$persistence_trial/disk"
		rmdir "$persistence_trial"/* "$persistence_trial"
		echo "kept $label" > /run/live-persistence
	else
		persistence_hide
		echo "lost $reason" > /run/live-persistence
		warn "changes are not kept: $reason"
	fi
}

# This hook runs again and again until the root is there.
[ -e /run/live-persistence ] || [ ! -e "${root#live:}" ] || (persistence_prepare)
