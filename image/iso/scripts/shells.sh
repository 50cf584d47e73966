#!/usr/bin/env bash
# shells.sh ROOTFS: adds the login shells that voidgen.toml names to the root tree's /etc/shells
# (shells(5)). Void's packages do so, too, but their trigger register-shell, and mklive's boot hook,
# leave out a path that is a part of another one: /bin/fish, if /usr/bin/fish is there.
#
# It also sets root's shell. mklive's -e runs chsh(1) before the overlay and PAM's files are complete.
set -euo pipefail

list=$1/etc/shells job=/voidgen/job
[ -f "$job/shells" ] || exit 0
if [ -f "$job/root-shell" ]; then
	sed -i "s|^\\(root:.*:\\)[^:]*\$|\\1$(cat "$job/root-shell")|" "$1/etc/passwd"
fi
if [ -L "$list" ]; then
	echo "voidgen: shells: /etc/shells is a link to $(readlink "$list") in the root tree" >&2
	exit 1
fi
while read -r shell; do
	[ -f "$list" ] && grep -qxF -e "$shell" "$list" && continue
	if grep -q $'\x1f/etc/shells$' "$job/overlay"; then
		echo "voidgen: shells: /etc/shells of the overlay has no line $shell" >&2
		exit 1
	fi
	[ -f "$list" ] || install -m 0644 /dev/null "$list"
	# The last line may have no end.
	[ ! -s "$list" ] || [ -z "$(tail -c 1 "$list")" ] || echo >> "$list"
	echo "$shell" >> "$list"
done < "$job/shells"
