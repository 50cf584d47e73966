# shellcheck shell=sh
# Converts the hash in .attrs.json from Nix's base 32 to base 64, which SRI uses. In base 32, the
# last digit has the lowest five bits of the first byte (Nix manual, "Store Path Specification").
# shellcheck disable=SC2154  # out comes from the derivation

set -eu
# Write one object a line. The paths that this path needs have objects, too.
tr '{' '\n' < .attrs.json | tr '}' '\n' > objects
wanted=$(sed -n 's/.*"wanted" *: *"\([^"]*\)".*/\1/p' objects)
grep "\"path\" *: *\"$wanted\"" objects | tr ',' '\n' |
	sed -n 's/.*"narHash" *: *"sha256:\([0-9a-z]\{52\}\)".*/\1/p' > digest
awk '
BEGIN {
	digits = "0123456789abcdfghijklmnpqrsvwxyz"
	base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
}
{
	for (n = 0; n < 52; n++) {
		value = index(digits, substr($0, 52 - n, 1)) - 1
		for (j = 0; j < 5; j++) {
			bit[5 * n + j] = value % 2
			value = int(value / 2)
		}
	}
	# 32 bytes are 42 digits of six bits, and four more bits.
	for (n = 0; n < 43; n++) {
		value = 0
		for (j = 6 * n; j < 6 * n + 6; j++)
			value = 2 * value + (j < 256 ? bit[8 * int(j / 8) + 7 - j % 8] : 0)
		printf "%s", substr(base64, value + 1, 1)
	}
	known++
}
END {
	if (known != 1) {
		print "voidgen: what this Nix writes about a path to .attrs.json cannot be read: use Nix 2.8 to 2.34" > "/dev/stderr"
		exit 1
	}
}' digest > sri
printf 'sha256-%s=' "$(cat sri)" > "$out"
