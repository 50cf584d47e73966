# shellcheck shell=sh
# Writes the image as an archive that is not compressed: podman 4.3 and skopeo 1.9 cannot read a
# compressed archive of this form.
# shellcheck disable=SC2154  # out and stream come from the derivation

set -eu
"$stream" > "$out"
