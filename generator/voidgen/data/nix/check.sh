# shellcheck shell=sh
# Compares the overlay tree with what the manifest lists.
# shellcheck disable=SC2154  # the variables come from the derivation

set -eu
cd "$include"
set --
while IFS= read -r folder; do
	set -- "$@" ! -path ".$folder/*"
done < "$filled"
{
	find . -mindepth 1 -type d "$@" | sed 's|^\.|directory |'
	find . -type f -perm -100 "$@" | sed 's|^\.|executable |'
	find . -type f ! -perm -100 "$@" | sed 's|^\.|file |'
	find . -type l "$@" | while IFS= read -r link; do
		target=$(readlink "$link")
		case $target in
		"$profile" | "$profile"/*)
			if [ ! -e "$link" ]; then
				echo "voidgen: ${link#.} leads to ${target#"$profile"}, which no package of the profile provides" >&2
				touch "$TMPDIR/dangling"
			fi
			target=@profile@${target#"$profile"}
			;;
		esac
		echo "symlink ${link#.} -> $target"
	done
} > "$TMPDIR/found"
cd "$TMPDIR"
LC_ALL=C sort found > found.sorted
LC_ALL=C sort "$expected" > expected.sorted
diff -u expected.sorted found.sorted
[ ! -e dangling ]
touch "$out"
