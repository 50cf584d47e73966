# shellcheck shell=sh
# Makes a keymap for loadkeys from layouts of XKB.
# shellcheck disable=SC2154  # the variables come from the derivation

set -eu
# If the package set's XKB lacks the variant, ckbcomp writes a keymap of the default variant.
fail() {
	echo "voidgen: XKB of the package set cannot make the console keymap of layout \"$layout\", variant \"$variant\", options \"$options\":" >&2
	cat log >&2
	echo "Choose another keymap in voidgen.toml, or another nixpkgs." >&2
	exit 1
}
"$ckbcomp/bin/ckbcomp" -layout "$layout" -variant "$variant" -option "$options" > map 2> log || fail
! grep -q '^WARNING: Can not find ' log || fail
gzip -c < map > "$out"
