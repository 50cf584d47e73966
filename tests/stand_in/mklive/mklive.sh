#!/bin/bash
# A stand-in for void-mklive's mklive.sh, for tests of what follows mklive's steps and has no
# mklive at hand: its options, its environment, its roots and its order of steps, as far as they
# say which packages are installed. It has mklive's last steps, and ends before them: it makes no
# image.
# shellcheck disable=SC2317  # what it never comes to
umask 022

required=(base-files libgcc dash coreutils sed tar gawk squashfs-tools xorriso)
target=(base-files)
initramfs=(binutils xz device-mapper dhclient dracut-network openresolv)
packages=(jq)
ignored=()
repositories=()

die() {
	echo "ERROR: $*" >&2
	exit 1
}

umount_pseudofs() {
	die 'not in a stand-in'
}

generate_squashfs() {
	umount_pseudofs
}

generate_iso_image() {
	"$VOIDHOSTDIR"/usr/bin/xorriso -as mkisofs -output "$OUTPUT_FILE" "$IMAGEDIR"
}

while getopts 'a:b:r:c:H:k:l:i:s:o:p:g:I:S:e:C:P:T:v:x:KVh' option; do
	case $option in
	a) arch=$OPTARG ;;
	r) repositories=("--repository=$OPTARG" "${repositories[@]}") ;;
	b) base=$OPTARG ;;
	o) OUTPUT_FILE=$OPTARG ;;
	p) read -ra more <<< "$OPTARG" && packages+=("${more[@]}") ;;
	g) read -ra more <<< "$OPTARG" && ignored+=("${more[@]}") ;;
	v) linux=$OPTARG ;;
	c | H | k | l | i | s | I | S | e | C | P | T | x | K) die "-$option: not in a stand-in" ;;
	V | h) exit 0 ;;
	*) exit 1 ;;
	esac
done
# mklive asks Void's own repositories last, whether they are there or not.
repositories+=(--repository=https://void.invalid/current)

host_arch=$(xbps-uhelper arch)
: "${arch:=$host_arch}" "${OUTPUT_FILE:=none.iso}" "${XBPS_INSTALL_CMD:=xbps-install}"
case $arch in
x86_64* | i686*) target+=(syslinux grub-i386-efi grub-x86_64-efi memtest86+) ;;
aarch64*) target+=(grub-arm64-efi) ;;
*) die "architecture $arch not supported by mklive.sh" ;;
esac
packages+=("${base:-base-system}")

[ "$(id -u)" -eq 0 ] || die 'Must be run as root, exiting...'
BUILDDIR=$(mktemp -d "${ROOTDIR:-$PWD}/mklive-build.XXXXX") || exit 1
trap 'rm -rf "$BUILDDIR"' EXIT
IMAGEDIR=$BUILDDIR/image ROOTFS=$BUILDDIR/image/rootfs
VOIDHOSTDIR=$BUILDDIR/void-host VOIDTARGETDIR=$BUILDDIR/void-target
mkdir -p "$ROOTFS" "$VOIDHOSTDIR" "$VOIDTARGETDIR"

# install ARCH ROOT WORD...
install() {
	XBPS_ARCH=$1 "$XBPS_INSTALL_CMD" -r "$2" "${repositories[@]}" "${@:3}"
}

# synchronize ARCH ROOT
synchronize() {
	mkdir -p "$2/var/db/xbps/keys"
	cp keys/*.plist "$2/var/db/xbps/keys"
	install "$1" "$2" -S
}

# query WORD...
query() {
	XBPS_ARCH=$arch xbps-query -r "$ROOTFS" "${repositories[@]}" "$@"
}

echo 'Synchronizing XBPS repository data...'
synchronize "$arch" "$ROOTFS"
synchronize "$host_arch" "$VOIDHOSTDIR"
synchronize "$arch" "$VOIDTARGETDIR"

shopt -s extglob
case ${linux:=linux} in
linux+([0-9.]))
	ignored+=(linux)
	packages+=("$linux" linux-base)
	;;
linux-@(mainline|lts))
	ignored+=(linux)
	packages+=("$linux")
	linux=$(query -x "$linux" | grep 'linux[0-9._]\+')
	;;
linux)
	packages+=(linux)
	linux=$(query -x linux | grep 'linux[0-9._]\+')
	;;
*) die '-v option must be in format linux<version> or linux-<series>' ;;
esac
version=$(xbps-uhelper getpkgversion "$(query -p pkgver "$linux")")

echo "Installing software to generate the image for linux $version: ${required[*]} ..."
install "$host_arch" "$VOIDHOSTDIR" -c ./xbps-cachedir-host -y "${required[@]}" \
	|| die 'Failed to install required software, exiting...'
install "$arch" "$VOIDTARGETDIR" -c ./xbps-cachedir-host -y "${target[@]}" \
	|| die 'Failed to install required software, exiting...'

mkdir -p "$ROOTFS/etc/xbps.d"
for name in "${ignored[@]}"; do
	echo "ignorepkg=$name" >> "$ROOTFS/etc/xbps.d/mklive-ignore.conf"
done
echo "Installing void pkgs into the rootfs: ${packages[*]} ..."
install "$arch" "$ROOTFS" -c ./xbps-cachedir -yn "${packages[@]}" "${initramfs[@]}" \
	|| die 'Missing required binary packages, exiting...'
die "a stand-in makes no $OUTPUT_FILE"
generate_squashfs
generate_iso_image
