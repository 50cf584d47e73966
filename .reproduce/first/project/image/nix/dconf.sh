# shellcheck shell=sh
# The binary database of a folder of key files.
# shellcheck disable=SC2154  # the variables come from the derivation

set -eu
"$dconf/bin/dconf" compile "$out" "$keyfiles"
