# shellcheck shell=sh
# The tree of the default output. Its parts are links: every byte is in one place.
# shellcheck disable=SC2154  # the variables come from the derivation

set -eu
mkdir "$out"
ln -s "$include" "$out/include"
ln -s "$profile" "$out/profile"
ln -s "$closure/store-paths" "$out/store-paths"
ln -s "$closure/registration" "$out/registration"
{
	printf '{"closure":'
	cat "$closure/closure.json"
	printf ',"collisions":'
	cat "$collisions"
	printf ',"packages":'
	cat "$packagesPath"
	printf ',"plan":'
	cat "$plan"
	printf ',"version":1}\n'
} > "$out/manifest.json"
