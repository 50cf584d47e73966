#!/usr/bin/env bash
# remove-files.sh ROOTFS [again]: removes what the patterns of [image] remove-files match in the
# root tree. It follows no link, and leaves alone what mklive mounts there and the place of the Nix
# store. A folder goes with everything in it.
set -euo pipefail

job=/voidgen/job again=${2-}
[ -s "$job/remove-files" ] || exit 0
cd "$1"
while IFS=$'\x1f' read -r pattern regex; do
	find . -xdev -regextype posix-extended \
		\( -path ./dev -o -path ./nix -o -path ./proc -o -path ./run -o -path ./sys \) -prune -o \
		-regex "\\.$regex" -print0 -prune > /build/removed
	if [ -s /build/removed ]; then
		xargs --null --arg-file=/build/removed rm -rf --one-file-system --
	elif [ -z "$again" ]; then
		echo "voidgen: remove-files: $pattern matches nothing in the image"
	fi
done < "$job/remove-files"
