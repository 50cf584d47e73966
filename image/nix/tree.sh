# shellcheck shell=sh
# Makes the tree of the default output. Its parts are links, so nothing is copied.
# shellcheck disable=SC2154  # the variables come from the derivation

set -eu
mkdir "$out"
ln -s "$include" "$out/include"
ln -s "$profile" "$out/profile"
ln -s "$closure/store-paths" "$out/store-paths"
ln -s "$closure/registration" "$out/registration"
{
	printf '{"kind":"voidgen-built-image","built-from":%s,"closure":' "$builtFrom"
	cat "$closure/closure.json"
	printf ',"collisions":'
	cat "$collisions"
	printf ',"packages":'
	cat "$packagesPath"
	printf ',"plan":'
	cat "$plan"
	printf ',"version":2}\n'
} > "$out/manifest.json"
