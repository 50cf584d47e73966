#!/usr/bin/env bash
# place.sh ISO VOIDHOST: prints the byte at which the squashfs begins in the ISO.
set -euo pipefail

# "File data lba:  0 , 1234 , 5678 , 11625472 , '/LiveOS/squashfs.img'": the part of the file, its
# first block and its number of blocks of 2048 bytes (xorriso(1), report_lba).
block=$("$2/usr/bin/xorriso" -indev "$1" -find /LiveOS/squashfs.img -exec report_lba 2> /dev/null |
	sed -n 's/^File data lba: *0 *, *\([0-9]*\) *,.*/\1/p')
[ -n "$block" ]
echo $((block * 2048))
