# shellcheck shell=sh
# Makes the overlay tree. The lists have absolute paths of the image, one on each line.
# shellcheck disable=SC2154  # the variables come from the derivation

set -eu
mkdir "$out"
each() { sed 's|^|.|' "$1" | tr '\n' '\0' | (cd "$out" && xargs -0 -r "$2" "$3"); }

each "$directories" mkdir -p
if [ -n "$source" ]; then
	cp -R "$source/." "$out"
	chmod -R u+w "$out"
	find "$out" -type f -exec chmod 0644 {} +
fi
while IFS= read -r path && IFS= read -r made; do
	cp -R "$made" "$out$path"
	chmod -R u+w "$out$path"
done < "$madePath"

each "$executables" chmod 0755

while IFS= read -r path && IFS= read -r target; do
	case $target in
	@profile@ | @profile@/*) target=$profile${target#@profile@} ;;
	esac
	ln -s "$target" "$out$path"
done < "$links"
