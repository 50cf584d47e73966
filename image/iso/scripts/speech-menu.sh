#!/usr/bin/env bash
# speech-menu.sh IMAGE ROOT: if ROOT has neither espeakup nor brltty, removes the entries "with
# speech" from the boot menus in IMAGE. mklive writes these entries (linuxa11y…) into every menu.
# They start those two services, and without them the system says nothing.
set -euo pipefail

image=$1 root=$2
for service in espeakup brltty; do
	[ ! -d "$root/etc/sv/$service" ] || exit 0
done

# without BEGIN END FILE: prints FILE without its entries with speech. An entry begins at a line
# that matches BEGIN, and ends at a line that matches END, or before the next entry.
without() {
	awk -v begin="$1" -v end="$2" '
		function flush() {
			if (entry !~ /linuxa11y/)
				printf "%s", entry
			entry = ""
			inside = 0
		}
		$0 ~ begin { flush(); inside = 1 }
		!inside { print; next }
		{ entry = entry $0 "\n" }
		end != "" && $0 ~ end { flush() }
		END { flush() }
	' "$3"
}

menu() {
	[ -f "$3" ] || return 0
	local kept
	kept=$(without "$@")
	printf '%s\n' "$kept" > "$3"
}

menu '^LABEL ' '' "$image/boot/isolinux/isolinux.cfg"
menu '^[ \t]*menuentry ' '^[ \t]*}' "$image/boot/grub/grub_void.cfg"
