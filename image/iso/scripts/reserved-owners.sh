#!/usr/bin/env bash
# reserved-owners.sh LIST: fails if a file in the squashfs has one of the owners or groups that setid.c
# gives files with setuid and setgid bits during the build. Then a program without the library copied
# the file. LIST is what unsquashfs -lln prints: mode, owner/group and more.
set -euo pipefail

found=$(awk '
	function is_reserved(id) { return id >= 32512 && id <= 65279 }
	split($2, id, "/") == 2 && (is_reserved(id[1]) || is_reserved(id[2])) { print; exit }
' "$1")
if [ -n "$found" ]; then
	echo "voidgen: set filter-syscalls = false in the builder's nix.conf, because a program without" \
		"voidgen's library copied a file with a setuid bit: $found" >&2
	exit 1
fi
