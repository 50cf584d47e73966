#!/bin/bash
# A stand-in for XBPS's programs in a container of the tests: xbps-install, xbps-query, xbps-rindex
# and xbps-uhelper, whichever name it is called by. It unpacks packages of a local repository with
# what they need, and answers with XBPS's words. It checks nothing, and asks no index.
set -euo pipefail
shopt -s extglob nullglob

arch=${XBPS_ARCH:-$(uname -m)}
root=/ repositories=() searched='' flags='' date=$(date +%s%N)
case ${0##*/} in
xbps-uhelper)
	case $1 in
	arch) echo "$arch" ;;
	getpkgversion) echo "${2##*-}" ;;
	*) exit 1 ;;
	esac
	exit
	;;
xbps-rindex)
	# In Nix's sandbox, only busybox's programs are on PATH.
	PATH=/debian/bin
	shift
	work=$(mktemp -d)
	{
		printf '%s\n' '<plist version="1.0">' '<dict>'
		for package; do
			name=${package##*/}
			read -r sum _ < <(sha256sum "$package")
			printf '%s\n' "<key>${name%-*}</key>" '<dict>' \
				"<key>filename-sha256</key><string>$sum</string>" \
				"<key>filename-size</key><integer>$(stat -Lc %s "$package")</integer>"
			tar --zstd -xOf "$package" ./props.plist | sed '1,/^<dict>$/d; /^<\/plist>/d'
		done
		printf '%s\n' '</dict>' '</plist>'
	} > "$work/index.plist"
	echo '<plist version="1.0"><dict></dict></plist>' > "$work/index-meta.plist"
	tar --zstd --mtime=@0 -cf "${1%/*}/$arch-repodata" -C "$work" index.plist index-meta.plist
	exit
	;;
xbps-query) options=Rxp:r:-: ;;
*) options=c:DnSUyr:-: ;;
esac

while getopts "$options" option; do
	case $option in
	r) root=$OPTARG ;;
	-) [ "$OPTARG" != search ] || searched=yes
		[[ $OPTARG != repository=* ]] || repositories+=("${OPTARG#repository=}")
		[ "$OPTARG" != reproducible ] || date='' ;;
	c) ;;
	p) property=$OPTARG ;;
	*) flags+=$option ;;
	esac
done
shift $((OPTIND - 1))

# file NAME: the package's file
file() {
	local folder found
	for folder in "${repositories[@]}"; do
		found=("$folder/$1"-+([!-]).@("$arch"|noarch).xbps)
		[ ${#found[@]} -eq 0 ] || { echo "${found[0]}" && return; }
	done
	return 1
}

# depends FILE: what it needs, one a line
depends() {
	tar --zstd -xOf "$1" ./props.plist |
		sed -n '/<key>run_depends/,/<\/array>/s/.*<string>\([^<&]*\).*/\1/p'
}

if [ -n "$searched" ]; then
	for path in "${repositories[0]}"/*.xbps; do
		path=${path##*/}
		echo "[-] ${path%.*.xbps} a package of the tests"
	done
	exit
fi
if [ "${0##*/}" = xbps-query ]; then
	path=$(file "$1") || exit 2
	if [[ $flags == *x* ]]; then
		depends "$path"
	elif [ "$property" = pkgver ]; then
		path=${path##*/} && echo "${path%.*.xbps}"
	fi
	exit
fi

[ -d "${repositories[0]}" ] || { echo "ERROR: no repository ${repositories[*]}" >&2 && exit 1; }
declare -A taken=()
take() {
	local path name
	[ -z "${taken[$1]-}" ] || return 0
	if ! path=$(file "$1"); then
		echo "ERROR: Package '$1' not found in repository pool." >&2
		exit 2
	fi
	taken[$1]=$path
	for name in $(depends "$path"); do take "$name"; done
	[[ $flags != *n* ]] || return 0
	echo "${path##*/}: unpacking ..."
	tar --zstd --warning=no-timestamp -xpf "$path" -C "$root" --exclude=./props.plist --exclude=./files.plist --exclude=./links
	tar --zstd -xOf "$path" ./links | while read -r target name; do
		ln -sfnT "$target" "$root/$name"
	done
	[ ! -f "$root/INSTALL" ] || { (cd "$root" && sh ./INSTALL) && rm "$root/INSTALL"; }
}
for name; do take "$name"; done
[[ $flags == *[nS]* ]] || {
	state=installed
	[[ $flags != *U* ]] || state=unpacked
	mkdir -p "$root/var/db/xbps"
	{
		echo '<plist version="1.0"><dict>'
		printf '%s\n' "${!taken[@]}" | sort | while read -r name; do
			echo "<key>$name</key><dict><key>state</key><string>$state</string>"
			[ -z "$date" ] || echo "<key>install-date</key><string>$date</string>"
			echo '</dict>'
		done
		echo '</dict></plist>'
	} > "$root/var/db/xbps/pkgdb-0.38.plist"
}
