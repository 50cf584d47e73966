#!/usr/bin/env bash
# volume-label.sh IMAGE JOB: writes the label in JOB/volume-label into the boot menus in IMAGE, as the
# label of the file system with the root tree (dracut.cmdline(7), root=live:CDLABEL=). hooks.bash
# gives the ISO this label.
set -euo pipefail

image=$1 job=$2
[ -f "$job/volume-label" ] || exit 0
label=$(cat "$job/volume-label")
for menu in boot/isolinux/isolinux.cfg boot/grub/grub_void.cfg; do
	[ ! -f "$image/$menu" ] ||
		sed -i "s/\\(root=live:CDLABEL=\\)[^ ]*/\\1$label/" "$image/$menu"
done
