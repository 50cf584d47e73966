# shellcheck shell=sh
# The image as an archive. It is not compressed: podman 4.3 and skopeo 1.9 cannot read an archive
# of this form that is.
# shellcheck disable=SC2154  # out and stream come from the derivation

set -eu
"$stream" > "$out"
