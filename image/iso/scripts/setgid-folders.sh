#!/usr/bin/env bash
# setgid-folders.sh ROOT: fails if this run made a file in a folder with a setgid bit, and the file
# has root's group. setid.c does not give it the folder's group, as the kernel does in a container.
set -euo pipefail

root=$1
# overlay.sh sets the owners of all its entries except symlinks.
declare -A is_owned=()
while IFS=$'\x1f' read -r type _ _ _ path; do
	[ "$type" = symlink ] || is_owned[$path]=1
done < /voidgen/job/overlay

while IFS= read -r -d '' folder; do
	while IFS= read -r -d '' path; do
		path=${path#"$root"}
		if [ -z "${is_owned[$path]-}" ]; then
			echo "voidgen: $path: in this sandbox, a file does not get the group of its setgid folder:" \
				"set filter-syscalls = false in the builder's nix.conf" >&2
			exit 1
		fi
	done < <(bash /voidgen/of-this-run.sh "$folder" -mindepth 1 -group 0 -print0)
done < <(find "$root" -xdev -type d -perm -2000 ! -group 0 -print0)
