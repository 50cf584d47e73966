#!/usr/bin/env bash
# boot-menu.sh IMAGE JOB: changes mklive's boot menus in IMAGE as JOB/boot-menu says ([boot] of
# voidgen.toml; plan/boot_menu.py writes the lines). A further entry of the system is mklive's
# entry "linux" with another name, another title and more kernel parameters. @image@ in these stands
# for a hash of the image.
set -euo pipefail

image=$1 job=$2
[ -f "$job/boot-menu" ] || exit 0
hash=
if grep -q @image@ "$job/boot-menu"; then
	hash=$(sha256sum "$job/snapshot")
	hash=${hash:0:16}
fi

# apply MENU PROGRAM: changes the file MENU by an awk PROGRAM, which gets the job's lines first.
apply() {
	[ -f "$1" ] || return 0
	local changed
	changed=$(awk -F $'\x1f' -v OFS=$'\x1f' -v "hash=$hash" "$common$2" "$job/boot-menu" "$1") || {
		echo "voidgen: cannot change mklive's boot menu ${1#"$image"}: it has no entry linux" >&2
		exit 1
	}
	printf '%s\n' "$changed" > "$1"
}

# shellcheck disable=SC2016 # awk's variables
common='
	FNR == NR {
		gsub(/@image@/, hash)
		if ($1 == "timeout") timeout = $2
		else if ($1 == "default") chosen = $2
		else if ($1 == "serial") serial = 1
		else if ($1 == "colours") split($0, colour, FS)
		else if ($1 != "splash") { made++; kind[made] = $1; id[made] = $2; title[made] = $3; what[made] = $4 }
		next
	}
	{ line[FNR] = $0; count = FNR }
'

# shellcheck disable=SC2016
apply "$image/boot/isolinux/isolinux.cfg" '
	function finish(last) {
		if (block == "linux") { first = start; end = last }
		if (block ~ /^linux/) after = last
	}
	END {
		for (i = 1; i <= count; i++)
			if (match(line[i], /^LABEL /)) {
				finish(i - 1); block = substr(line[i], 7); start = i; rows++
			}
		finish(count)
		if (!first) exit 1
		while (line[end] == "") end--
		while (line[after] == "") after--
		for (k = 1; k <= made; k++) if (kind[k] != "efi") rows++
		if (serial) print "SERIAL 0 115200"
		for (i = 1; i <= count; i++) {
			if (line[i] ~ /^TIMEOUT /)
				print "TIMEOUT " (timeout < 0 ? 0 : timeout == 0 ? 1 : timeout * 10)
			else if (line[i] ~ /^MENU AUTOBOOT /)
				print "MENU AUTOBOOT The selected entry starts in # second{,s}..."
			else if (line[i] ~ /^ONTIMEOUT /) print "ONTIMEOUT " chosen
			else if (line[i] ~ /^MENU COLOR / && colour[1]) continue
			else if (line[i] ~ /^MENU ROWS /) at_least("ROWS", 0)
			else if (line[i] ~ /^MENU TIMEOUTROW /) at_least("TIMEOUTROW", 4)
			else if (line[i] ~ /^MENU CMDLINEROW /) at_least("CMDLINEROW", 7)
			else print line[i]
			if (line[i] == "LABEL " chosen) print "MENU DEFAULT"
			if (line[i] ~ /^MENU BACKGROUND / && colour[1]) colours()
			if (i == after) for (k = 1; k <= made; k++) entry(k)
		}
	}
	# The messages below the entries move down, if mklive left too few rows for all entries.
	function at_least(setting, below,   words) {
		split(line[i], words, " ")
		print "MENU " setting " " (words[3] < rows + below ? rows + below : words[3])
	}
	function colours() {
		print "MENU COLOR title * #ff" colour[5] " *"
		print "MENU COLOR unsel * #ff" colour[5] " #00000000 none"
		print "MENU COLOR hotkey * #ff" colour[5] " #00000000 none"
		print "MENU COLOR tabmsg * #ff" colour[5] " #00000000 none"
		print "MENU COLOR timeout_msg * #ff" colour[5] " #00000000 none"
		print "MENU COLOR timeout * #ff" colour[6] " #00000000 none"
		print "MENU COLOR border * #00000000 #00000000 none"
		print "MENU COLOR sel * #ff" colour[6] " #ff" colour[7] " *"
		print "MENU COLOR hotsel * #ff" colour[6] " #ff" colour[7] " *"
	}
	function entry(k,   i, text) {
		if (kind[k] == "efi") return
		print ""
		print "LABEL " id[k]
		if (id[k] == chosen) print "MENU DEFAULT"
		print "MENU LABEL " title[k]
		if (kind[k] == "bios") {
			print (what[k] ~ /\.c32$/ ? "COM32" : "LINUX") " /boot/extra/" what[k]
			return
		}
		for (i = first + 1; i <= end; i++) {
			if (line[i] ~ /^MENU /) continue
			print line[i] (line[i] ~ /^APPEND / ? " " what[k] : "")
		}
	}
'

# shellcheck disable=SC2016
apply "$image/boot/grub/grub_void.cfg" '
	function name(text) {
		if (!match(text, /--id "?[a-z0-9-]+/)) return ""
		text = substr(text, RSTART + 5, RLENGTH - 5)
		sub(/"/, "", text)
		return text
	}
	END {
		for (i = 1; i <= count && line[i] !~ /^[ \t]*submenu /; i++) {
			if (line[i] ~ /^[ \t]*menuentry /) { block = name(line[i]); start = i }
			if (line[i] ~ /^[ \t]*}/ && block ~ /^linux/) {
				if (block == "linux") { first = start; end = i }
				after = i
				block = ""
			}
		}
		if (!first) exit 1
		for (i = 1; i <= count; i++) {
			if (line[i] ~ /^(set )?default=/) { settings(); print "default=" chosen }
			else if (line[i] ~ /^(set )?timeout=/) print "timeout=" timeout
			else print line[i]
			if (i == after) for (k = 1; k <= made; k++) entry(k)
		}
	}
	function settings() {
		if (serial) {
			print "if serial --unit=0 --speed=115200; then"
			print "\tterminal_input --append serial"
			print "\tterminal_output --append serial"
			print "fi"
		}
		if (!colour[1]) return
		print "set color_normal=" colour[2] "/black"
		print "set menu_color_normal=" colour[2] "/black"
		print "set menu_color_highlight=" colour[3] "/" colour[4]
	}
	# With "gpt", the kernel does not see the partition that keeps changes: an isohybrid ISO has a
	# GPT for itself alone, and `voidgen write` adds to the MBR.
	function words(text, k) {
		if (id[k] == "persistent") sub(/ gpt /, " ", text)
		return text
	}
	function entry(k,   i) {
		if (kind[k] == "bios") return
		if (kind[k] == "efi") {
			print "if [ \"${grub_platform}\" == \"efi\" ]; then"
			print "menuentry \"" title[k] "\" --id \"" id[k] "\" {"
			print "    chainloader (${voidlive})/boot/extra/" what[k]
			print "}"
			print "fi"
			return
		}
		print "menuentry \"" title[k] "\" --id \"" id[k] "\" {"
		for (i = first + 1; i <= end; i++)
			print words(line[i], k) (line[i + 1] ~ /^[ \t]*initrd / ? " " what[k] : "")
	}
'

while IFS=$'\x1f' read -r kind first _ file; do
	case $kind in
	splash) install -m 0644 "$job/$first" "$image/boot/isolinux/splash.png" ;;
	bios | efi) install -D -m 0644 "$job/$file" "$image/boot/extra/$file" ;;
	esac
done < "$job/boot-menu"
