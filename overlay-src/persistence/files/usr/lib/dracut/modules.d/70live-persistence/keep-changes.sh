#!/bin/sh
# Checks that the root keeps changes as prepare-changes.sh has said. On later boots, empties mklive's
# hooks that set up the live user, host name, locale and display manager: they would replace what
# the user has changed since the first boot.
# shellcheck disable=SC2154  # of dracut

persistence_later_boot() {
	read -r state _ 2> /dev/null < /run/live-persistence || return
	[ "$state" = kept ] || return
	case $(readlink /run/overlayfs) in
	/run/initramfs/overlayfs/*) ;;
	*)
		echo "lost dracut did not mount the partition" > /run/live-persistence
		return
		;;
	esac
	# live-setup has created this file at the end of the first boot.
	[ -e /run/overlayfs/../live-setup/done ] || return
	# Empties, not removes: dracut has listed its hooks already.
	for file in "$hookdir"/pre-pivot/*-adduser.sh "$hookdir"/pre-pivot/*-locale.sh \
		"$hookdir"/pre-pivot/*-display-manager-autologin.sh; do
		[ ! -e "$file" ] || : > "$file"
	done
}

persistence_later_boot
