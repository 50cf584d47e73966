# shellcheck shell=sh
# Makes the flake in the image.
# shellcheck disable=SC2154  # the variables come from the derivation

set -eu
mkdir "$out"
cp "$flakePath" "$out/flake.nix"
cp "$registryPath" "$out/registry.json"
cp "$requestPath" "$out/packages.json"
# shellcheck disable=SC2154  # NAME=PATH
for overlay in $overlays; do
	mkdir -p "$out/overlays"
	cp -R "${overlay#*=}" "$out/overlays/${overlay%%=*}"
done
[ ! -s "$lockPath" ] || cat "$lockPath" > "$out/flake.lock"
for set in $narHashes; do
	hash=$(cat "${set#*=}")
	[ ! -s "$lockPath" ] || sed -i "s|@narHash:${set%%=*}@|$hash|" "$out/flake.lock"
done
# shellcheck disable=SC2086  # store paths, without spaces
for file in $code; do
	name=${file##*/}
	cp "$file" "$out/${name#*-}"
done
