#!/bin/sh
# Replaces xbps-install when voidgen runs mklive's own steps, and installs nothing.
# Instead of synchronizing, it copies a snapshot of the repositories, the same for every root.
# It records the packages to install below $VOIDGEN_RECORD, under the name of their root.
set -eu

root='' last=''
while getopts 'AC:c:DdfhIiMnR:r:SuUVvy-:' option; do
	case $option in
	r) root=$OPTARG ;;
	S)
		arch=${XBPS_TARGET_ARCH:-$XBPS_ARCH}
		mkdir -p "$root/var/db/xbps"
		cp -R "$VOIDGEN_SNAPSHOT/$arch/." "$root/var/db/xbps/"
		;;
	# mklive uses -n and -U for the image's own root only: first a dry run, then unpacking.
	n | U) last=yes ;;
	*) ;;
	esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || exit 0

place=$VOIDGEN_RECORD/${root##*/}
mkdir "$place"
cp -R "$root/." "$place/root/"
printf '%s\n' "${XBPS_TARGET_ARCH:-$XBPS_ARCH}" > "$place/arch"
printf '%s\n' "$@" > "$place/packages"
if [ -n "$last" ]; then
	# Stop mklive: its next steps need the installed packages.
	: > "$VOIDGEN_RECORD/complete"
	exit 1
fi
