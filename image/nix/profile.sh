# shellcheck shell=sh
# Makes the profile: the tree of links, with the manifest that `nix profile` reads.
# shellcheck disable=SC2154  # out, links, manifestPath and narHash come from the derivation

set -eu
cp -R -P "$links" "$out"
chmod u+w "$out"
rm "$out/manifest.nix"
hash=
# Nix writes the hash like this in a URL.
[ -z "$narHash" ] || hash=$(sed 's/+/%2B/g; s/=/%3D/g' "$narHash")
sed "s|@narHash@|$hash|g" "$manifestPath" > "$out/manifest.json"
