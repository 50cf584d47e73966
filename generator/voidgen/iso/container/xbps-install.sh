#!/bin/sh
# mklive's XBPS_INSTALL_CMD: asks the repository of the locked packages, and no other: mklive
# appends Void's own to whatever it is given. When and from where a package came is not recorded.
set -eu

root='' previous=''
for word; do
	shift
	case $word in
	--repository=/repository) set -- "$@" "$word" ;;
	--repository=*) ;;
	*) set -- "$@" "$word" ;;
	esac
	[ "$previous" != -r ] || root=$word
	previous=$word
done
xbps-install --reproducible "$@"

# mklive runs these of its own tools outside of their root, with whatever C library the container
# has, if any. They bring their own: they are started by that one's loader.
[ "${root##*/}" = void-host ] || exit 0
for loader in "$root"/usr/lib/ld-linux*.so.* "$root"/usr/lib/ld-musl-*.so.*; do
	[ -x "$loader" ] || continue
	for name in mksquashfs unsquashfs xorriso; do
		program=$root/usr/bin/$name
		[ -x "$program" ] || continue
		mv "$program" "$program.bin"
		printf '#!/bin/sh\nexec %s --library-path %s %s "$@"\n' \
			"$loader" "$root/usr/lib" "$program.bin" > "$program"
		chmod 0755 "$program"
	done
done
