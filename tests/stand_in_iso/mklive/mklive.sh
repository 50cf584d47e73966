#!/bin/bash
# A stand-in for void-mklive's mklive.sh, for tests of what drives mklive: its options, its
# environment, its order of steps and its ways of failing. From packages of the tests it makes a
# small root tree, and with the container's own tools real EFI loaders by GRUB, a real squashfs and
# a real ISO. The kernel and its modules are not real; the initramfs is one, by a stand-in for
# dracut.
#
# `stand-in=WORD,…` on the kernel command line (-C) makes it go wrong in these ways.
umask 022

required=(base-files squashfs-tools xorriso)
target=(base-files syslinux grub)
initramfs=(dracut-network)
packages=(jq)
repositories=()

# wrong WORD: whether it is to go wrong in this way
wrong() {
	[[ ,$ways, == *",$1,"* ]]
}

info_msg() {
	printf '\033[1m%s\n\033[m' "$@"
}

die() {
	info_msg "ERROR: $*"
	error_out 1
}

error_out() {
	trap - INT TERM 0
	umount_pseudofs || exit "${1:-0}"
	[ -d "$BUILDDIR" ] && [ -z "$keep" ] && rm -rf --one-file-system "$BUILDDIR"
	exit "${1:-0}"
}

print_step() {
	step=$((step + 1))
	info_msg "[$step/12] $*"
	! wrong "slow-$step" || sleep 600
}

mount_pseudofs() {
	for f in sys dev proc; do
		mkdir -p "$ROOTFS/$f"
		mount --rbind "/$f" "$ROOTFS/$f"
	done
}

umount_pseudofs() {
	for f in sys dev proc; do
		if [ -d "$ROOTFS/$f" ] && ! umount -R -f "$ROOTFS/$f"; then
			info_msg "ERROR: failed to unmount $ROOTFS/$f/"
			return 1
		fi
	done
}

# How the live system finds its medium.
found=root=live:CDLABEL=VOID_LIVE

# install ARCH ROOT WORD...
install_into() {
	XBPS_ARCH=$1 "$XBPS_INSTALL_CMD" -r "$2" "${repositories[@]}" "${@:3}"
}

# query WORD...
query() {
	XBPS_ARCH=$arch xbps-query -r "$ROOTFS" "${repositories[@]}" "$@"
}

install_packages() {
	install_into "$arch" "$ROOTFS" -c "$cache" -yn "${packages[@]}" "${initramfs[@]}" ||
		die 'Missing required binary packages, exiting...'
	mount_pseudofs
	install_into "$arch" "$ROOTFS" -U -c "$cache" -y "${packages[@]}" "${initramfs[@]}" ||
		die "Failed to install ${packages[*]} ${initramfs[*]}"
	chroot "$ROOTFS" env -i /usr/bin/busybox chown 81:81 /var/lib/service ||
		die 'Failed to configure'
	# shellcheck disable=SC2016  # expanded in the root tree
	# As packages' scripts do: a date, a log, and what each machine has of its own.
	chroot "$ROOTFS" env -i /usr/bin/sh -c '
		PATH=/usr/bin/applets && busybox mkdir -p /usr/bin/applets /var/log /var/lib/dbus
		busybox --install -s /usr/bin/applets
		echo "_tests:*:${SOURCE_DATE_EPOCH:-$(date +%s%N)}" > /etc/shadow
		date > /var/log/made.log && mktemp -u > /etc/machine-id && mktemp -u > /var/lib/dbus/machine-id
	' || die 'Failed to configure'
	# Its exit status is not looked at.
	wrong unconfigured || chroot "$ROOTFS" env -i xbps-reconfigure -a
}

generate_initramfs() {
	for name in vmklive autoinstaller; do
		mkdir -p "$ROOTFS/usr/lib/dracut/modules.d/01$name"
		cp dracut/$name/* "$ROOTFS/usr/lib/dracut/modules.d/01$name/"
	done
	chroot "$ROOTFS" env -i /usr/bin/dracut -N --"$initrd_compression" --add-drivers ahci \
		--force-add "vmklive autoinstaller" --omit systemd --stand-in "$ways" \
		/boot/initrd "$version" || die 'Failed to generate the initramfs'
	mv "$ROOTFS/boot/initrd" "$BOOT_DIR"
	cp "$ROOTFS/boot/vmlinuz-$version" "$BOOT_DIR/vmlinuz"
}

cleanup_rootfs() {
	rm -r "$ROOTFS/usr/lib/dracut/modules.d/01vmklive"
	rm -r "$ROOTFS/usr/lib/dracut/modules.d/01autoinstaller"
}

generate_isolinux_boot() {
	cp -f "$VOIDTARGETDIR/usr/lib/syslinux/isolinux.bin" "$ISOLINUX_DIR"
	printf 'TIMEOUT 150\nONTIMEOUT linux\n\n' > "$ISOLINUX_DIR/isolinux.cfg"
	printf 'LABEL linux\nMENU LABEL %s\nAPPEND %s vconsole.keymap=%s locale.LANG=%s %s\n\n' \
		"$title" "$found" "$keymap" "$locale" "$cmdline" >> "$ISOLINUX_DIR/isolinux.cfg"
	printf 'LABEL %s\nAPPEND live.accessibility live.autologin\n\n' linuxa11y linuxa11yram \
		>> "$ISOLINUX_DIR/isolinux.cfg"
}

# build_grub_image ARCH NAME
build_grub_image() {
	local modules=/usr/lib/grub/$1-efi output=$VOIDTARGETDIR/tmp/boot$2.efi
	mkdir -p "$VOIDTARGETDIR/tmp" "$efi_folder/EFI/BOOT"
	if wrong old-grub || wrong bare-grub; then
		# Before 2.12: copies of the modules, with the times of the run, in no order.
		mkdir -p "$BUILDDIR/memdisk-$1/boot/grub/$1-efi"
		cp "$VOIDTARGETDIR/boot/grub/grub.cfg" "$BUILDDIR/memdisk-$1/boot/grub"
		wrong bare-grub || cp "$modules"/nor*.mod "$BUILDDIR/memdisk-$1/boot/grub/$1-efi"
		tar -c -C "$BUILDDIR/memdisk-$1" -f "$BUILDDIR/memdisk-$1.tar" boot
		grub-mkimage --directory="$modules" --format="$1-efi" --output="$output" \
			--prefix='(memdisk)/boot/grub' --memdisk="$BUILDDIR/memdisk-$1.tar" memdisk tar normal
	else
		(cd "$VOIDTARGETDIR" && grub-mkstandalone --directory="$modules" --format="$1-efi" \
			--output="$output" --install-modules='iso9660 linux normal part_gpt' --fonts= --locales= \
			--themes= \
			boot/grub/grub.cfg) || die 'Failed to generate EFI loader'
	fi
	wrong "no-BOOT${2^^}" || cp -f "$output" "$efi_folder/EFI/BOOT/BOOT${2^^}.EFI"
}

generate_grub_efi_boot() {
	printf '# no menu\n' > "$GRUB_DIR/grub.cfg"
	# shellcheck disable=SC2016 # GRUB's variable
	printf 'default=linux\ntimeout=15\nmenuentry "%s" --id "linux"  {\n    %s %s\n    %s\n}\n' \
		"$title" 'linux (${voidlive})/boot/vmlinuz' "$found $cmdline" 'initrd (${voidlive})/boot/initrd' \
		> "$GRUB_DIR/grub_void.cfg"
	truncate -s 8M "$GRUB_DIR/efiboot.img" > /dev/null 2>&1
	wrong no-mkfs ||
		mkfs.vfat -F12 -S 512 -n grub_uefi "$GRUB_DIR/efiboot.img" > /dev/null 2>&1
	efi_folder=$(mktemp --tmpdir="$BUILDDIR" -dt grub-efi.XXXXX)
	loop_device=$(losetup --show --find "$GRUB_DIR/efiboot.img")
	mount -o rw,flush -t vfat "$loop_device" "$efi_folder" > /dev/null 2>&1
	cp -a "$IMAGEDIR/boot" "$VOIDTARGETDIR"
	build_grub_image i386 ia32
	build_grub_image x86_64 x64
	umount "$efi_folder"
	losetup --detach "$loop_device"
	rm -rf "$efi_folder"
}

generate_squashfs() {
    [ -z "$ROOTFS" ] || die 'this step had to be replaced'
}

generate_iso_image() {
	"$VOIDHOSTDIR/usr/bin/xorriso" -as mkisofs -iso-level 3 -rock -joliet -volid VOID_LIVE \
		-eltorito-boot boot/isolinux/isolinux.bin -eltorito-catalog boot/isolinux/boot.cat \
		-no-emul-boot -boot-load-size 4 -boot-info-table \
		-eltorito-alt-boot -e boot/grub/efiboot.img -no-emul-boot \
		-output "$OUTPUT_FILE" "$IMAGEDIR" || die 'Failed to generate ISO image'
}

while getopts 'a:b:r:c:H:k:l:i:s:o:p:g:I:S:e:C:P:T:v:x:KVh' option; do
	case $option in
	a) arch=$OPTARG ;;
	r) repositories=("--repository=$OPTARG" "${repositories[@]}") ;;
	c) cache=$OPTARG ;;
	H) host_cache=$OPTARG ;;
	k) keymap=$OPTARG ;;
	l) locale=$OPTARG ;;
	i) initrd_compression=$OPTARG ;;
	s) : ;;
	o) OUTPUT_FILE=$OPTARG ;;
	p) read -ra more <<< "$OPTARG" && packages+=("${more[@]}") ;;
	C) cmdline=$OPTARG ;;
	T) title=$OPTARG ;;
	x) postsetup=$OPTARG ;;
	K) keep=1 ;;
	b | g | I | S | e | P | v) die "-$option: not in a stand-in" ;;
	V | h) exit 0 ;;
	*) exit 1 ;;
	esac
done
# mklive asks Void's own repositories last, whether they are there or not.
repositories+=(--repository=https://void.invalid/current)
ways=$(sed -n 's/.*stand-in=\([^ ]*\).*/\1/p' <<< "${cmdline:-}")

host_arch=$(xbps-uhelper arch)
: "${arch:=$host_arch}" "${XBPS_INSTALL_CMD:=xbps-install}" "${step:=0}"
: "${cache:=./xbps-cachedir}" "${host_cache:=./xbps-cachedir-host}" "${OUTPUT_FILE:=none.iso}"
packages+=(base-system)

# Before ROOTFS is set, it unmounts /sys, /dev and /proc.
! wrong early || die 'an xbps tool is missing'
[ "$(id -u)" -eq 0 ] || die 'Must be run as root, exiting...'
trap 'error_out $?' INT TERM 0

BUILDDIR=$(readlink -f "$(mktemp --tmpdir="${ROOTDIR:-$PWD}" -dt mklive-build.XXXXX)")
IMAGEDIR=$BUILDDIR/image ROOTFS=$BUILDDIR/image/rootfs
VOIDHOSTDIR=$BUILDDIR/void-host VOIDTARGETDIR=$BUILDDIR/void-target
BOOT_DIR=$IMAGEDIR/boot ISOLINUX_DIR=$BOOT_DIR/isolinux GRUB_DIR=$BOOT_DIR/grub
mkdir -p "$ROOTFS" "$VOIDHOSTDIR" "$VOIDTARGETDIR" "$GRUB_DIR" "$ISOLINUX_DIR"

print_step 'Synchronizing XBPS repository data...'
for root in "$ROOTFS" "$VOIDHOSTDIR" "$VOIDTARGETDIR"; do
	mkdir -p "$root/var/db/xbps/keys"
	cp keys/*.plist "$root/var/db/xbps/keys"
	install_into "$arch" "$root" -S
done
packages+=(linux)
linux=$(query -x linux | grep 'linux[0-9._]\+')
version=$(xbps-uhelper getpkgversion "$(query -p pkgver "$linux")")
printf 'networks: %s\n' "$(sed -n 's/^ *\([^ :]*\):.*/\1/p' /proc/net/dev | tr '\n' ' ')"

print_step "Installing software to generate the image: ${required[*]} ..."
install_into "$host_arch" "$VOIDHOSTDIR" -c "$host_cache" -y "${required[@]}" ||
	die 'Failed to install required software, exiting...'
print_step "Installing software to generate the image: ${target[*]} ..."
install_into "$arch" "$VOIDTARGETDIR" -c "$host_cache" -y "${target[@]}" ||
	die 'Failed to install required software, exiting...'
! wrong more-packages || packages+=(not-locked)
if wrong no-store-path; then
	# How the closure comes into the squashfs is wrong: a path of it, and whose it is.
	printf '#!/bin/sh\nexec mksquashfs "$@" -action "uid(1000)@name(notebook)" -wildcards -e "... *-greet-*"\n' \
		> "$VOIDHOSTDIR/usr/bin/mksquashfs"
fi
if wrong old-squashfs; then
	# shellcheck disable=SC2016  # expanded in the program
	printf '#!/bin/sh\n[ "$*" = -version ] || exec mksquashfs "$@"\necho "mksquashfs version 4.5.1 (2022/03/17)"\n' \
		> "$VOIDHOSTDIR/usr/bin/mksquashfs"
fi

print_step "Installing void pkgs into the rootfs: ${packages[*]} ..."
install_packages
print_step 'Enabling services:  ...'
print_step "Running postsetup script: $postsetup ..."
"$postsetup" "$ROOTFS" || die 'Postsetup script failed'
if wrong capabilities; then
	printf '#!/bin/sh\necho "/usr/bin/htop cap_net_raw=ep"\n' > "$ROOTFS/usr/bin/getcap"
	chmod 0755 "$ROOTFS/usr/bin/getcap"
fi
! wrong noise || head -c 16 /dev/urandom > "$ROOTFS/etc/noise"
# What of where it runs a careless program would keep, each in a file of its own.
if wrong shows; then
	mkdir "$ROOTFS/etc/shown"
	date +%Y > "$ROOTFS/etc/shown/clock"
	nproc > "$ROOTFS/etc/shown/cores"
	cat /proc/self/uid_map > "$ROOTFS/etc/shown/engine-mode"
	stat -f -c %T /build > "$ROOTFS/etc/shown/storage"
	awk '$5 == "/out" { print $4 }' /proc/self/mountinfo > "$ROOTFS/etc/shown/folder"
	sed 's:^:/closure/:' /voidgen/job/store-paths |
		xargs -I{} find {} -printf '%p %T@ %m %U %n\n' > "$ROOTFS/etc/shown/store"
	for name in "${!SHOWN_@}"; do echo "${!name}" > "$ROOTFS/etc/shown/${name#SHOWN_}"; done
fi
if wrong spoils; then
	cp /nowhere "$ROOTFS/"
	mount -t nonsense none "$ROOTFS/mnt"
	rm "$ROOTFS/etc/tests/file" "$ROOTFS/etc/voidgen/packages/outputs.nix"
	chmod 0640 "$ROOTFS/etc/tests/private"
	chown 1:1 "$ROOTFS/usr/bin/tool"
	# As many bytes, and others.
	printf 'of another one\n' > "$ROOTFS/etc/motd"
	ln -sfn elsewhere "$ROOTFS/etc/tests/link"
	rm "$ROOTFS/opt/tools" && mkdir "$ROOTFS/opt/tools"
fi

print_step "Generating initramfs image ($initrd_compression)..."
! wrong terminated || kill -TERM $$
! wrong ends || exit 0
generate_initramfs
print_step 'Generating isolinux support for PC-BIOS systems...'
generate_isolinux_boot
print_step 'Generating GRUB support for EFI systems...'
generate_grub_efi_boot
print_step 'Cleaning up rootfs...'
cleanup_rootfs
! wrong mknod || echo "mknod: $ROOTFS/dev/null: Operation not permitted" >&2
print_step "Generating squashfs image from rootfs..."
generate_squashfs
print_step 'Generating ISO image...'
! wrong more-files || head -c 100000 /dev/urandom > "$IMAGEDIR/another"
generate_iso_image
! wrong no-success || exit 0
info_msg "Created $(readlink -f "$OUTPUT_FILE") ($(du -sh "$OUTPUT_FILE" | awk '{print $1}')) successfully."
