# shellcheck shell=sh
# Makes a folder of the overlay: the source, and each listed file under its name in the image.
# shellcheck disable=SC2154  # the variables come from the derivation

set -eu
mkdir "$out"
if [ -n "$source" ]; then
	cp -R "$source/." "$out"
	chmod -R u+w "$out"
fi
while IFS= read -r path && IFS= read -r file; do
	mkdir -p "$out${path%/*}"
	cp "$file" "$out$path"
done < "$filesPath"
