#!/usr/bin/env bash
# sandbox.sh: makes the ISO in Nix's sandbox. Run by the builder of image/nix/iso.nix, as root of the
# builder's own user ids. build.sh runs in a root folder like a container's. voidgen's modules write
# its job before, and compare the results with the plan afterwards.
# shellcheck disable=SC2154  # outputs and the other names in small letters come from the derivation
set -euo pipefail

# shellcheck disable=SC1090
source "$NIX_ATTRS_SH_FILE"
export PATH=$tools/bin

# NIX_STORE is the store's folder (Nix manual, "Derivations", on the environment of builders).
root=$NIX_BUILD_TOP/root home=$NIX_BUILD_TOP/home store=${NIX_STORE#/}
# mklive's results are there, so that the ISO can be moved to the other output without a copy.
results=${outputs[lists]} out=${outputs[out]}
# Not in an output: no two logs are equal.
log=$NIX_BUILD_TOP/log

# The last lines, which Nix shows, may not say it.
say_if_full() {
	if grep -qs 'No space left on device' "$log" ||
		[ "$(stat --file-system --format=%a "$NIX_BUILD_TOP")" -lt 256 ]; then
		echo "voidgen: Nix's build-dir or its store is full: free some space, or set build-dir in" \
			"nix.conf to a folder on a larger disk"
	fi
}
trap '[ $? -eq 0 ] || say_if_full' EXIT

in_sandbox() {
	local IFS=:
	PATH="${path[*]}:$PATH" PYTHONPATH=$files python3 -s -B -m voidgen.iso.in_sandbox "$@"
}

mkdir "$root" "$home" "$home/job" "$results" "$out"
install -m 0755 "$files"/scripts/* "$home"
in_sandbox prepare "$NIX_ATTRS_JSON_FILE" "$home/job"
mapfile -t environment < "$home/job/environment"

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
mount --bind "$results" out
env --ignore-environment PATH=/bin "${environment[@]}" \
	"$tools/bin/chroot" "$root" bash /voidgen/build.sh |& tee "$log"
cd /
in_sandbox finish "$NIX_ATTRS_JSON_FILE" "$results" "$log" "$out"
