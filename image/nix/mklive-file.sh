# shellcheck shell=sh
# Copies a program of mklive's source, and replaces its placeholder @@MKLIVE_VERSION@@.
# shellcheck disable=SC2154  # the variables come from the derivation

set -eu
sed "s|@@MKLIVE_VERSION@@|$(cat "$mklive/version")|" "$mklive/$name" > "$out"
