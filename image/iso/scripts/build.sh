#!/usr/bin/env bash
# Runs in the container, as root: runs an unmodified mklive for /voidgen/job. Writes image.iso to
# /out, and lists of its content, which voidgen compares with the plan.
set -euo pipefail
# Use one stream: an engine may mix two, and voidgen reads the log by its stages.
exec 2>&1
umask 022
# Only in a sandbox that refuses setuid bits: see setid.c.
if [ -e /setid/setid.so ]; then export LD_PRELOAD=/setid/setid.so DRACUT_LDD=/setid/ldd; fi

job=/voidgen/job separator=$'\x1f'
owner=$(cat "$job/owner")
trap 'chown -R -- "$owner" /out' EXIT

# mklive binds /dev, /proc and /sys, and unmounts them if it fails. The host must not see this,
# whatever mounts the engine shares.
mount --make-rprivate /

mkdir -p /build/tmp
# of-this-run.sh compares with these.
: > /build/start
touch --reference=/build/start --date='10 seconds ago' /build/start
cp /proc/uptime /build/uptime
# A repository of links to the locked packages, which are in the store.
mkdir /build/repository
cp "$job"/*-repodata /build/repository
while IFS=$separator read -r path name; do
	ln -s "$path" "/build/repository/$name"
done < "$job/packages"
mapfile -t options < "$job/options"
# Set Nix's modes, whatever modes this machine's store has: mklive copies some of its files.
cp -R "$(cat "$job/mklive")" /build/mklive
chmod -R a=rX /build/mklive
cd /build/mklive
export BASH_ENV=/voidgen/hooks.bash
bash ./mklive.sh "${options[@]}" -K -c /build/cache -H /build/host-cache \
	-x /voidgen/overlay.sh -o /out/image.iso
unset BASH_ENV

if [ ! -s /out/image.iso ]; then
	echo "voidgen: mklive succeeded, but made no ISO" >&2
	exit 1
fi

echo "voidgen: listing the ISO's content"
# Not $(echo …): `voidgen check --iso` varies the clock with libfaketime. When a subshell of this
# shell ends, libfaketime removes what it shares with the later programs.
builds=(/build/mklive-build.*)
build=${builds[0]}
tools=$build/void-host/usr/bin
squashfs=(-offset "$(bash /voidgen/place.sh /out/image.iso "$build/void-host")")
precise=()
! bash /voidgen/is-recent.sh "$tools/unsquashfs" || precise=(-full-precision)
"$tools/unsquashfs" "${squashfs[@]}" "${precise[@]}" -lln -d '' /out/image.iso > /out/squashfs.list
[ ! -e /setid/setid.so ] || bash /voidgen/reserved-owners.sh /out/squashfs.list
# Hash the overlay's files. A missing file is missing in the list, too.
sed "/^\\(directory\\|symlink\\)$separator/d; s/.*$separator//" "$job/overlay" > /build/overlay.names
mkdir /build/overlay
[ ! -s /build/overlay.names ] ||
	"$tools/unsquashfs" "${squashfs[@]}" -force -no-progress -no-xattrs -no-wildcards -d /build/overlay \
		-ef /build/overlay.names /out/image.iso > /dev/null || :
cd /build/overlay
find . -type f -exec sha256sum --zero {} + > /out/overlay.sums
"$tools/xorriso" -indev /out/image.iso -find / -exec lsdl > /out/iso.list 2> /dev/null
"$tools/xorriso" -osirrox on -indev /out/image.iso \
	-extract /boot/grub/efiboot.img /build/efiboot.img -extract /boot/initrd /out/initrd \
	2> /dev/null || :
mkdir /out/menus
cp "$build"/image/boot/isolinux/isolinux.cfg "$build"/image/boot/grub/grub_void.cfg /out/menus || :
mkdir /out/efi
mcopy -s -n -i /build/efiboot.img '::/*' /out/efi
cp "$build/rootfs/etc/passwd" "$build/rootfs/etc/group" /out/
cp "$build/rootfs/etc/shells" /out/ || :
cp "$build"/rootfs/var/db/xbps/pkgdb-*.plist /out/pkgdb.plist
