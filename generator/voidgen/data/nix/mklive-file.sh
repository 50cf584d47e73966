# shellcheck shell=sh
# A program of mklive's source, which has marks like @@MKLIVE_VERSION@@ for whoever makes the image.
# shellcheck disable=SC2154  # the variables come from the derivation

set -eu
sed "s|@@MKLIVE_VERSION@@|$(cat "$mklive/version")|" "$mklive/$name" > "$out"
