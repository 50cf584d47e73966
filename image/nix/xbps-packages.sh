# shellcheck shell=sh
# Links each package to its name in an XBPS repository.
# shellcheck disable=SC2154  # the variables come from the derivation

set -eu
mkdir "$out"
while read -r name && read -r path; do
	ln -s "$path" "$out/$name"
done < "$packagesPath"
