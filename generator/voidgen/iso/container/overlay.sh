#!/usr/bin/env bash
# overlay.sh ROOTFS: lays the overlay over the root tree, before mklive makes the initramfs.
# Modes and owners are those of the manifest. Nothing is written through a link of the tree:
# an absolute one would lead out of it.
set -euo pipefail

root=$1
include=$(cat /voidgen/job/include)
# A job has users if a module declares some.
if [ -s /voidgen/job/users ]; then bash /voidgen/users.sh "$root"; fi
declare -A users groups
while IFS=: read -r name _ id _; do users[$name]=$id; done < "$root/etc/passwd"
while IFS=: read -r name _ id _; do groups[$name]=$id; done < "$root/etc/group"
faults=0

fault() {
	echo "voidgen: overlay: $*" >&2
	faults=$((faults + 1))
}

# Whether a path can be written: real folders all the way, and nothing of another kind there.
fits() {
	local type=$1 path=$2 folder=${2%/*}
	while [ -n "$folder" ]; do
		if [ -L "$root$folder" ]; then
			fault "$path: $folder is a link to $(readlink "$root$folder") in Void: name that path"
			return 1
		elif [ ! -d "$root$folder" ]; then
			fault "$path: $folder is no folder in Void"
			return 1
		fi
		folder=${folder%/*}
	done
	if [ "$type" = directory ] || [ "$type" = packages-flake ]; then
		[ -d "$root$path" ] && [ ! -L "$root$path" ] && return 0
		[ ! -e "$root$path" ] && [ ! -L "$root$path" ] && return 0
		fault "$path: is to be a folder, and is none in Void"
		return 1
	fi
	if [ -d "$root$path" ] && [ ! -L "$root$path" ]; then
		fault "$path: is a folder in Void, and the overlay has a $type there"
		return 1
	fi
}

owned() {
	local path=$1 owner=$2 group=$3
	[[ $owner =~ ^[0-9]+$ ]] || owner=${users[$owner]-}
	[[ $group =~ ^[0-9]+$ ]] || group=${groups[$group]-}
	if [ -z "$owner" ] || [ -z "$group" ]; then
		fault "$path: its owner $2:$3 is no user and group of the image: which package makes them?"
	else
		chown -h "$owner:$group" "$root$path"
	fi
}

# What each machine has of its own, and makes where it is missing; and what this run logged.
rm -f "$root"/etc/machine-id "$root"/var/lib/dbus/machine-id "$root"/etc/ssh/ssh_host_*_key* \
	"$root"/var/lib/random-seed "$root"/var/lib/systemd/random-seed
[ ! -d "$root/var/log" ] ||
	bash /voidgen/of-this-run.sh "$root/var/log" -type f -exec truncate --size=0 {} +

while IFS=$'\x1f' read -r type mode owner group path; do
	fits "$type" "$path" || continue
	case $type in
	directory)
		[ -d "$root$path" ] || mkdir -m 0755 "$root$path"
		# One on the way to something else stays as the system has it.
		[ -n "$mode" ] || continue
		;;
	packages-flake)
		cp -RT "$include$path" "$root$path"
		chown -R 0:0 "$root$path"
		chmod -R u=rwX,go=rX "$root$path"
		# A store's time is part of what Nix locks it by.
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
	# After chown, which takes the setuid bit away.
	chmod "$mode" "$root$path"
done < /voidgen/job/overlay

# The sudo of the image has the last word on its files: one wrong line takes it away from everybody.
if [ -x "$root/usr/bin/visudo" ] && grep -q $'\x1f/etc/sudoers' /voidgen/job/overlay; then
	said=$(env -i LC_ALL=C "$(command -v chroot)" "$root" /usr/bin/visudo -c 2>&1) ||
		fault "sudo refuses its files: ${said//$'\n'/; }"
fi

if [ "$faults" -gt 0 ]; then
	echo "voidgen: overlay: $faults of its files do not fit this root tree" >&2
	exit 1
fi
