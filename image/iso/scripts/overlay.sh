#!/usr/bin/env bash
# overlay.sh ROOTFS: copies the overlay into the root tree, before mklive makes the initramfs. It
# sets the manifest's modes and owners. It writes nothing through a link of the tree, because an
# absolute link leads out of the tree.
set -euo pipefail

root=$1
include=$(cat /voidgen/job/include)
# The job has this file if a module declares users.
if [ -s /voidgen/job/users ]; then bash /voidgen/users.sh "$root"; fi
declare -A users groups
while IFS=: read -r name _ id _; do users[$name]=$id; done < "$root/etc/passwd"
while IFS=: read -r name _ id _; do groups[$name]=$id; done < "$root/etc/group"
faults=0

fault() {
	echo "voidgen: overlay: $*" >&2
	faults=$((faults + 1))
}

# Succeeds if a path can be written: only real folders lead to it, and it is not of another kind.
fits() {
	local type=$1 path=$2 folder=${2%/*}
	while [ -n "$folder" ]; do
		if [ -L "$root$folder" ]; then
			fault "$path: $folder is a link to $(readlink "$root$folder") in Void: use that path"
			return 1
		elif [ ! -d "$root$folder" ]; then
			fault "$path: $folder is not a folder in Void"
			return 1
		fi
		folder=${folder%/*}
	done
	if [ "$type" = directory ] || [ "$type" = tree ]; then
		[ -d "$root$path" ] && [ ! -L "$root$path" ] && return 0
		[ ! -e "$root$path" ] && [ ! -L "$root$path" ] && return 0
		fault "$path: must be a folder, but is not one in Void"
		return 1
	fi
	if [ -d "$root$path" ] && [ ! -L "$root$path" ]; then
		fault "$path: is a folder in Void, but a $type in the overlay"
		return 1
	fi
}

owned() {
	local path=$1 owner=$2 group=$3
	[[ $owner =~ ^[0-9]+$ ]] || owner=${users[$owner]-}
	[[ $group =~ ^[0-9]+$ ]] || group=${groups[$group]-}
	if [ -z "$owner" ] || [ -z "$group" ]; then
		fault "$path: its owner $2:$3 is not a user and group of the image: add the package that makes them"
	else
		chown -h "$owner:$group" "$root$path"
	fi
}

# Remove what each machine makes for itself if it is missing, and empty the logs of this run.
rm -f "$root"/etc/machine-id "$root"/var/lib/dbus/machine-id "$root"/etc/ssh/ssh_host_*_key* \
	"$root"/var/lib/random-seed "$root"/var/lib/systemd/random-seed
[ ! -d "$root/var/log" ] ||
	bash /voidgen/of-this-run.sh "$root/var/log" -type f -exec truncate --size=0 {} +

# Remove the links of services that voidgen.toml disables, whoever made them.
while read -r path; do
	! fits symlink "$path" || rm -f "$root$path"
done < /voidgen/job/disabled

while IFS=$'\x1f' read -r type mode owner group path; do
	fits "$type" "$path" || continue
	case $type in
	directory)
		[ -d "$root$path" ] || mkdir -m 0755 "$root$path"
		# A directory without a mode only leads to another entry, and keeps the system's mode.
		[ -n "$mode" ] || continue
		;;
	tree)
		# A folder that Nix filled.
		cp -RT "$include$path" "$root$path"
		chown -R 0:0 "$root$path"
		chmod -R u=rwX,go=rX "$root$path"
		# Nix's lock of this folder includes the time that files have in a store.
		find "$root$path" -exec touch --no-dereference --date=@1 {} +
		continue
		;;
	symlink)
		[ ! -e "$root$path" ] || echo "voidgen: overlay: $path: replaces a file of a package"
		ln -sfnT "$(readlink "$include$path")" "$root$path"
		continue
		;;
	*)
		[ ! -e "$root$path" ] || echo "voidgen: overlay: $path: replaces a file of a package"
		rm -f "$root$path"
		cp --no-preserve=all "$include$path" "$root$path"
		;;
	esac
	owned "$path" "$owner" "$group"
	# After chown, which removes the setuid bit.
	chmod "$mode" "$root$path"
done < /voidgen/job/overlay

# Check the files with the image's own sudo: one wrong line makes sudo fail for everyone.
if [ -x "$root/usr/bin/visudo" ] && grep -q $'\x1f/etc/sudoers' /voidgen/job/overlay; then
	said=$(env -i LC_ALL=C "$(command -v chroot)" "$root" /usr/bin/visudo -c 2>&1) ||
		fault "sudo refuses its files: ${said//$'\n'/; }"
fi

if [ "$faults" -gt 0 ]; then
	echo "voidgen: overlay: $faults of its files do not fit this root tree" >&2
	exit 1
fi

bash /voidgen/post-install.sh "$root"
bash /voidgen/shells.sh "$root"
bash /voidgen/remove-files.sh "$root"
