# shellcheck shell=sh
# The profile: the tree of links, with the manifest that `nix profile` reads.
# shellcheck disable=SC2154  # out, links and manifestPath come from the derivation

set -eu
cp -R -P "$links" "$out"
chmod u+w "$out"
rm "$out/manifest.nix"
cp "$manifestPath" "$out/manifest.json"
