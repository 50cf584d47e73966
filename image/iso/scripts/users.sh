#!/usr/bin/env bash
# users.sh ROOTFS: adds the system users of the overlay's modules to the root tree's passwd, group,
# shadow and gshadow, as `useradd -r` writes them with a locked password (passwd(5), shadow(5)).
# The numbers depend only on the packages and the list: in the order of names, a user without a
# number gets the highest free one.
set -euo pipefail

etc=$1/etc
smallest=100 largest=999 # SYS_UID_MIN and SYS_UID_MAX in Void's login.defs
declare -A users groups taken
faults=0

fault() {
	echo "voidgen: users: $*" >&2
	faults=$((faults + 1))
}

for file in passwd group; do
	if [ ! -f "$etc/$file" ] || [ -L "$etc/$file" ]; then
		echo "voidgen: users: the root tree has no file /etc/$file" >&2
		exit 1
	fi
done
while IFS=: read -r name _ id _; do users[$name]=$id taken[$id]=$name; done < "$etc/passwd"
while IFS=: read -r name _ id _; do groups[$name]=$id taken[$id]=$name; done < "$etc/group"

# append FILE LINE: appends to FILE, if the root tree has it.
append() {
	if [ -f "$etc/$1" ] && [ ! -L "$etc/$1" ]; then
		echo "$2" >> "$etc/$1"
	fi
}

add() {
	local name=$1 id=$2 home=$3 shell=$4 description=$5
	if [ -n "${users[$name]-}" ] || [ -n "${groups[$name]-}" ]; then
		fault "$name is a user or group of a package already: choose another name in [users]"
		return
	elif [ -n "${taken[$id]-}" ]; then
		fault "$name cannot have the number $id, which ${taken[$id]} has"
		return
	fi
	users[$name]=$id groups[$name]=$id taken[$id]=$name
	append passwd "$name:x:$id:$id:$description:$home:$shell"
	append shadow "$name:!:::::::"
	append group "$name:x:$id:"
	append gshadow "$name:!::"
}

join() {
	local name=$1 group=$2 file
	if [ -z "${groups[$group]-}" ]; then
		fault "$name cannot be in the group $group: no package of the image makes it"
		return
	fi
	for file in group gshadow; do
		if [ ! -f "$etc/$file" ] || [ -L "$etc/$file" ]; then continue; fi
		sed -i -E "s/^($group:[^:]*:[^:]*:)(.+)\$/\\1\\2,$name/; t; s/^($group:[^:]*:[^:]*:)\$/\\1$name/" \
			"$etc/$file"
	done
}

# Users with a number come first, so that no other user gets it.
free=$largest
for numbered in yes ''; do
	while IFS=$'\x1f' read -r name id home shell _ description; do
		[ "${id:+yes}" = "$numbered" ] || continue
		if [ -z "$id" ]; then
			while [ -n "${taken[$free]-}" ]; do free=$((free - 1)); done
			if [ "$free" -lt "$smallest" ]; then
				fault "$name gets no number: $smallest to $largest are taken"
				continue
			fi
			id=$free
		fi
		add "$name" "$id" "$home" "$shell" "$description"
	done < /voidgen/job/users
done
while IFS=$'\x1f' read -r name _ _ _ more _; do
	IFS=, read -ra list <<< "$more"
	for group in "${list[@]}"; do join "$name" "$group"; done
done < /voidgen/job/users

if [ "$faults" -gt 0 ]; then
	echo "voidgen: users: $faults of the modules' users do not fit this root tree" >&2
	exit 1
fi
