#!/usr/bin/env bash
# sandbox.sh: runs build.sh in Nix's sandbox, in a root folder like a container's. Run by the builder
# of sandbox.nix, as root of the builder's own user ids.
# shellcheck disable=SC2154  # outputs and the other names in small letters come from the derivation
set -euo pipefail

# shellcheck disable=SC1090
source "$NIX_ATTRS_SH_FILE"
export PATH=$tools/bin

# NIX_STORE is the store's folder (Nix manual, "Derivations", on the environment of builders).
root=$NIX_BUILD_TOP/root store=${NIX_STORE#/} out=${outputs[out]}
mkdir "$root" "$out"
cp -R --no-preserve=ownership "$tools/." "$root"
cd "$root"
mkdir -p build closure dev "$store" out proc root sys tmp usr/bin var/tmp voidgen
[ -e usr/bin/env ] || ln -s ../../bin/env usr/bin/env

# If Nix's filter refuses setuid bits, a library keeps them: see setid.c.
: > refused
if ! chmod 4755 refused 2> /dev/null; then
	if [ ! -e lib/voidgen/setid.so ]; then
		echo "voidgen: this builder refuses setuid bits, and there is no library that keeps them, for lack" \
			"of a compiler in the package set, or because of the image's processor:" \
			"set filter-syscalls = false in the builder's nix.conf" >&2
		exit 1
	fi
	install -D --target-directory=setid lib/voidgen/setid.so
	# dracut before 108 puts into the initramfs what ldd lists.
	printf '#!/bin/sh\nunset LD_PRELOAD\nexec ldd "$@"\n' > setid/ldd
	chmod 0755 setid/ldd
fi
rm refused

# build.sh changes the propagation of /, which only a mount has.
mount --bind "$root" "$root"
cd "$root"
for folder in dev proc sys "$store"; do
	mount --rbind "/$folder" "$folder"
done
mount --rbind "/$store" closure
mount --bind "$home" voidgen
mount --bind "$out" out
exec env --ignore-environment PATH=/bin "${environment[@]}" \
	"$tools/bin/chroot" "$root" bash /voidgen/build.sh
