#!/bin/sh
# mklive's XBPS_INSTALL_CMD: installs only from the repository of the locked packages, because
# mklive always appends Void's repositories. It records neither the time nor the source of a
# package.
set -eu

root='' previous=''
for word; do
	shift
	case $word in
	--repository=/build/repository) set -- "$@" "$word" ;;
	--repository=*) ;;
	*) set -- "$@" "$word" ;;
	esac
	[ "$previous" != -r ] || root=$word
	previous=$word
done
# The programs of this root tree need the library, too: see setid.c.
[ ! -e /setid/setid.so ] || install -D --target-directory="$root/setid" /setid/*
xbps-install --reproducible "$@"

# mklive runs these tools outside of their root tree, with the container's C library, if it has one.
# Their root tree has their own C library, so start them with its loader.
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
