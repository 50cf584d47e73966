#!/usr/bin/env bash
# place.sh ISO VOIDHOST: where in the ISO its squashfs begins, in bytes.
set -euo pipefail

# "File data lba:  0 , 1234 , 5678 , 11625472 , '/LiveOS/squashfs.img'": the part of the file,
# where it begins and how long it is in blocks of 2048 bytes (xorriso(1), report_lba).
block=$("$2/usr/bin/xorriso" -indev "$1" -find /LiveOS/squashfs.img -exec report_lba 2> /dev/null |
	sed -n 's/^File data lba: *0 *, *\([0-9]*\) *,.*/\1/p')
[ -n "$block" ]
echo $((block * 2048))
