#!/bin/sh
# A stand-in for dracut, in the root trees of the tests: a real initramfs by busybox, of the kernel's
# modules and of the dracut modules that are asked for. What the real one does (059 to 112) that
# matters here: device nodes where it may make them, unless DRACUT_NO_MKNOD is set; times and inode
# numbers of the run, unless it is to be reproducible. As 108 and later, it can install nothing if
# its environment has no PATH: it fails at the first module that has kernel modules, and ends with
# status 0 if none has.
#
# --stand-in WORD,... makes it go wrong in these ways.
set -eu
PATH=/usr/bin/applets
# What it was started with: busybox's shell exports a PATH of its own.
given=$(tr '\0' '\n' < /proc/$$/environ | sed -n 's/^PATH=//p')
ways='' compressor='' asked=''

wrong() {
	case ,$ways, in *",$1,"*) return 0 ;; esac
	return 1
}

while [ $# -gt 2 ]; do
	case $1 in
	--force-add) asked=$2 && shift ;;
	--stand-in) ways=$2 && shift ;;
	--add-drivers | --omit) shift ;;
	--*) compressor=${1#--} ;;
	esac
	shift
done
image=$1 kernel=$2
work=$(mktemp -d /tmp/dracut.XXXXXX)
hooks=$work/var/lib/dracut/hooks
mkdir -p "$work/usr/lib/modules" "$work/dev" "$hooks"

# install_all WHAT COMMAND WORD...
install_all() {
	what=$1
	shift
	[ -z "$given" ] || { "$@" && return; }
	echo 'dracut-install: PATH is not set' >&2
	echo "dracut[E]: FAILED: /usr/lib/dracut/dracut-install -D $work $what" >&2
	return 1
}

# Called by module-setup.sh. Its folder's name is another one than mklive's.
# shellcheck disable=SC2329
inst_hook() {
	mkdir -p "$hooks/$1"
	install_all "$3" cp "$3" "$hooks/$1/$2-${3##*/}" || :
}

# Of dracut's base, udev-rules and dmsquash-live modules.
# shellcheck disable=SC2329
base() {
	mkdir -p "$work/usr/bin" "$hooks/cmdline" "$hooks/pre-udev"
	for name in init usr/lib/dracut-lib.sh usr/bin/dmsquash-live-root usr/bin/sh usr/bin/mount \
		usr/bin/modprobe usr/bin/udevadm usr/bin/blkid usr/bin/losetup usr/bin/switch_root \
		var/lib/dracut/hooks/cmdline/30-parse-dmsquash-live.sh \
		var/lib/dracut/hooks/pre-udev/30-dmsquash-live-genrules.sh; do
		echo '#!/bin/sh' > "$work/$name"
	done
	! wrong no-live || rm "$work/usr/bin/dmsquash-live-root"
	# ldd names them; the real one copies programs without them if ldd fails.
	for library in /usr/lib/ld-*.so.* /usr/lib/libc.so.6; do
		! { [ -e "$library" ] && ldd "$library"; } || : > "$work$library"
	done
}

# Fails as the real one does if the environment preloads a library that is not in the root tree.
ldd() {
	case ${LD_PRELOAD-} in '' | /setid/*) return 0 ;; esac
	[ -e "$LD_PRELOAD" ]
}
install_all sh base || :
for name in $asked; do
	echo "dracut: *** Including module: $name ***"
	# shellcheck disable=SC2034  # read by module-setup.sh
	moddir=/usr/lib/dracut/modules.d/01$name
	# shellcheck disable=SC1091
	. "$moddir/module-setup.sh"
	wrong no-hooks || install
done
if ! wrong no-modules; then
	if ! install_all '=drivers' cp -R "/usr/lib/modules/$kernel" "$work/usr/lib/modules/"; then
		echo 'dracut[F]: installkernel failed in module kernel-modules' >&2
		exit 1
	fi
fi
! wrong no-squashfs || rm "$work/usr/lib/modules/$kernel/kernel/fs/squashfs/squashfs.ko.zst"
! wrong dracut-install || echo 'dracut-install: PATH is not set' >&2
for node in 'console 5 1' 'kmsg 1 11' 'null 1 3' 'random 1 8' 'urandom 1 9'; do
	[ -z "${DRACUT_NO_MKNOD-}" ] || break
	# shellcheck disable=SC2086  # a name and two numbers
	set -- $node
	mknod "$work/dev/$1" c "$2" "$3" 2> /dev/null || :
done

cd "$work"
case $(cat /etc/dracut.conf.d/*.conf 2> /dev/null) in
*'reproducible="yes"'*)
	find . -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
	find . | sort | cpio -o -H newc --renumber-inodes --ignore-devno > /tmp/initramfs 2> /dev/null
	;;
*)
	find . | cpio -o -H newc > /tmp/initramfs 2> /dev/null
	;;
esac
"$compressor" -c < /tmp/initramfs > "$image"
rm -r "$work" /tmp/initramfs
