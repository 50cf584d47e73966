#!/bin/sh
# Takes xbps-install's place while mklive's own steps are followed; installs nothing.
# Synchronizing copies a snapshot of the repositories, so that every root sees the same.
# Whatever would be installed is noted below $VOIDGEN_RECORD, under the name of its root.
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
	# Only the image's own root is tried first, and then unpacked before it is configured.
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
	# mklive stops here: what follows needs what was installed.
	: > "$VOIDGEN_RECORD/complete"
	exit 1
fi
