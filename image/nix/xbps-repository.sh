# shellcheck shell=sh
# Indexes the packages, once for each architecture.
# shellcheck disable=SC2154  # the variables come from the derivation

set -eu
mkdir "$out"
cp -P "$packages"/*.xbps "$out"
for arch in $arches; do
	export XBPS_ARCH="$arch"
	set -- "$out"/*".$arch.xbps" "$out"/*.noarch.xbps
	for file; do
		shift
		[ ! -e "$file" ] || set -- "$@" "$file"
	done
	"$xbps/bin/xbps-rindex" --add "$@"
	# xbps-rindex leaves out what it cannot read, and succeeds nevertheless.
	"$xbps/bin/xbps-query" --ignore-conf-repos --repository="$out" --search '' > listed
	for file; do
		name=${file##*/}
		name=${name%.*.xbps}
		if ! grep -qF "] $name " listed; then
			echo "voidgen: ${file##*/} does not contain the package $name that its file name says"
			exit 1
		fi
	done
done
