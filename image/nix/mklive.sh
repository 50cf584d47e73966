# shellcheck shell=sh
# Copies the void-mklive source tree.
# shellcheck disable=SC2154  # out and source come from the derivation

set -eu
cp -R -P "$source" "$out"
