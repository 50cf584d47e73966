#!/usr/bin/env bash
# capabilities.sh ROOT: prints mksquashfs's definitions (-pf) of the capabilities that setid.c keeps
# in ROOT/setid, in files named after an inode and its time of birth.
set -euo pipefail
shopt -s nullglob

cd "$1"
digits=$(printf '[0-9a-f]%.0s' {1..48})
# shellcheck disable=SC2231  # a pattern
for record in setid/$digits; do
	name=${record##*/}
	while IFS= read -r -d '' path; do
		born=$(stat --format=%.9W "$path")
		# A later file has the inode of a removed one.
		[ "${name:16}" = "$(printf '%016x%016x' "${born%.*}" "$((10#${born#*.}))")" ] || continue
		printf '%s x security.capability=0s%s\n' \
			"$(sed 's/[^A-Za-z0-9/._-]/\\&/g' <<< "${path#./}")" "$(base64 --wrap=0 "$record")"
	done < <(find . -xdev -type f -inum "$((16#${name:0:16}))" -print0)
done
