# shellcheck shell=sh
# Compiles a folder of key files to a binary database.
# shellcheck disable=SC2154  # the variables come from the derivation

set -eu
"$dconf/bin/dconf" compile "$out" "$keyfiles"
