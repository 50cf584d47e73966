# shellcheck shell=bash disable=SC1007,SC1090,SC2016,SC2034,SC2123
# Prints what a recipe of void-packages says, for one machine: recipe.sh TEMPLATE MACHINE
# xbps-src reads a recipe the same way: as bash. No program is on PATH, so reading starts none.
PATH=
XBPS_TARGET_MACHINE=$2 XBPS_MACHINE=$2
XBPS_TARGET_LIBC=glibc XBPS_TARGET_ENDIAN=le XBPS_TARGET_WORDSIZE=64
[[ $2 == *-musl ]] && XBPS_TARGET_LIBC=musl
[[ $2 == i686* ]] && XBPS_TARGET_WORDSIZE=32
FILESDIR=/FILES DESTDIR=/DESTDIR PKGDESTDIR=/DESTDIR wrksrc=/wrksrc

# Options of a recipe are asked for as it is read, with those that are on already.
vopt_if() {
	local on
	on=" $build_options_default "
	if [[ $on == *" $1 "* ]]; then echo "$2"; else echo "${3-}"; fi
}
vopt_with() { :; }
vopt_enable() { :; }
vopt_bool() { :; }
vopt_feature() { :; }
vopt_conflict() { :; }
alternatives= archs= group= build_options_default= conf_files= depends= metapackage= pkgname= provides=
repository= restricted= revision= subpackages= system_accounts= system_groups= version=
# The options that are on by default are known after the first reading.
. "$1" &> /dev/null
for option in $build_options_default; do declare "build_option_$option=1"; done
depends= subpackages= provides=
. "$1" 2> /dev/null
sourcepkg=$pkgname

say() {
	local name
	printf 'package\t%s\n' "$1"
	# An account's group has its name, unless the recipe names another (srcpkgs/xbps-triggers).
	for name in $system_accounts; do
		name=${name%%:*}
		group=${name//-/_}_pgroup
		system_groups+=" ${!group:-$name}"
	done
	for name in alternatives archs depends metapackage provides repository restricted revision \
		system_accounts system_groups version; do
		printf '%s\t%s\n' "$name" "${!name//[$'\n\t']/ }"
	done
	# Bodies of functions, one a line, with the variables that name paths.
	while IFS= read -r line; do
		line=${line//'${pkgname}'/$pkgname}
		line=${line//'$pkgname'/$pkgname}
		line=${line//'${version}'/$version}
		line=${line//'${version%.*}'/${version%.*}}
		printf 'does\t%s\n' "${line//$'\t'/ }"
	done
	echo end
}

main=()
for function in $(compgen -A function); do
	case $function in
	*_package | say | vopt_*) ;;
	*) main+=("$function") ;;
	esac
done
say "$pkgname" < <(for function in "${main[@]}"; do declare -f "$function"; done)

for function in $(compgen -A function); do
	[[ $function == *_package ]] || continue
	# Where a recipe lists its subpackages, the others are not built for this machine.
	[[ -z ${subpackages// /} || " ${subpackages//[$'\n\t']/ } " == *" ${function%_package} "* ]] || continue
	(
		name=${function%_package}
		# What a subpackage does not say is not its source package's (xbps-src's clear list).
		depends= provides= alternatives= metapackage= system_accounts= system_groups=
		unset -f pkg_install
		# It may add programs' output to what it says; there are none.
		"$function" &> /dev/null
		pkgname=$name
		say "$name" < <(declare -f pkg_install)
	)
done
