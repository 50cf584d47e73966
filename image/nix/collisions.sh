# shellcheck shell=sh
# Finds paths of the profile that several packages have, and fails for paths that a profile cannot
# have, as builtin:buildenv does (Nix, src/libstore/builtins/buildenv.cc, the same from 2.8 to
# 2.35). If only one package has a folder, the profile has a link to it, and nothing below is
# compared. If several packages have it, the profile has a real folder, and their files in it are
# compared. A link to a folder counts as a folder.
# shellcheck disable=SC2154  # the variables come from the derivation

set -eu
export LC_ALL=C
unset CDPATH
tab=$(printf '\t')
newline='
'

# The packages in buildenv's order, one line each: priority and name.
: > packages
# Real folders of the profile, one line each: number, number of the parent, path.
echo '0 - ' > folders
# The packages' folders in them, two lines each: "FOLDER PACKAGE HOW", and its path in the package.
: > parts
# Two lines each: what is wrong, and what to do.
: > faults
# The real paths of the folders, one line each: number, and the paths of all parts.
: > together
# Hidden files, four lines each: "PACKAGE KIND PACKAGE KIND", path, and the paths of both files.
: > hidden

broken='Remove this package, or use another version of the package set.'
fault() {
	printf '%s\n' "$1" "$2" >> faults
}

# Prints the system's reason why a path cannot be reached, such as "Not a directory".
reason() {
	said=$(ls -L -d "$1" 2>&1 > /dev/null) || :
	printf '%s' "${said##*: }"
}

added=$newline number=0
add() { # PRIORITY NAME ASKED PATH
	case $added in *"$newline$4$newline"*) return ;; esac
	added=$added$4$newline
	printf '%s %s\n' "$1" "$2" >> packages
	number=$((number + 1))
	if [ -d "$4" ]; then
		printf '%s\n' "0 $number as-named" "$4" >> parts
	elif [ ! -e "$4" ] && why=$(reason "$4") && [ "$why" != 'Not a directory' ]; then
		fault "$2 is $4, which cannot be opened: $why." "$broken"
	fi
	file=$4/nix-support/propagated-user-env-packages
	if [ -f "$file" ]; then
		set -f
		IFS=" $newline"
		# shellcheck disable=SC2013  # Nix reads words, too
		for path in $(cat "$file"); do
			case $added in
			*"$newline$path$newline"*) ;;
			*) printf '%s\t%s\n' "$path" "$3" >> propagated ;;
			esac
		done
		set +f
		unset IFS
	elif [ -e "$file" ] || [ -L "$file" ]; then
		why=$(reason "$file")
		case ${why:-Not a file} in
		'No such file or directory' | 'Not a directory') ;;
		*) fault "${file#"$4/"} of $2 cannot be read: ${why:-Not a file}." "$broken" ;;
		esac
	fi
}

: > propagated
sort -t "$tab" -k 1,1n -k 3 "$contentsPath" > asked
while IFS=$tab read -r priority name path; do
	add "$priority" "$name" "$name" "$path"
done < asked
# Then add the packages that these bring (nixpkgs: propagatedUserEnvPkgs), and those that they
# bring.
priority=1000
while [ -s propagated ]; do
	sort propagated | awk '{ path = $0; sub(/\t[^\t]*$/, "", path) } !seen[path]++' > round
	: > propagated
	while IFS= read -r line; do
		path=${line%"$tab"*} name=${line##*"$tab"}
		base=${path##*/}
		case $path in
		/*) add "$priority" "${base#*-} (propagated by $name)" "$name" "$path" ;;
		*) fault "nix-support/propagated-user-env-packages of $name names $path, which is not a store path." "$broken" ;;
		esac
		priority=$((priority + 1))
	done < round
done

# Prints "PART KIND NAME" for each name in a folder of this level. Kinds: d is a folder, f a file, x
# a program, b a name with a line break, l a link that cannot be followed (the reason comes after
# it).
entries() (
	part=0
	while read -r _ _ how && IFS= read -r folder; do
		part=$((part + 1))
		if ! cd -P "$folder" 2> /dev/null; then
			echo >&3
			printf '%s\n' "$part l ." 'Permission denied'
			continue
		fi
		case $PWD in
		*"$newline"*)
			echo >&3
			echo "$part b"
			continue
			;;
		esac
		printf '%s\n' "$PWD" >&3
		[ "$how" = as-named ] || folder=$PWD
		# A profile has no names that begin with a dot.
		for name in *; do
			entry=$folder/$name
			if [ -d "$entry" ]; then
				kind=d
			elif [ -x "$entry" ]; then
				kind=x
			elif [ -e "$entry" ]; then
				kind=f
			elif [ -L "$entry" ]; then
				why=$(reason "$entry")
				case $why in 'No such file or directory' | 'Not a directory') continue ;; esac
				kind=l
			else
				continue
			fi
			case $name in
			*"$newline"*) kind=b name= ;;
			esac
			case $kind$name in
			[!l]propagated-build-inputs | [!l]nix-support | [!l]perllocal.pod | [!l]log) continue ;;
			[!l]manifest.nix | [!l]manifest.json) continue ;;
			[!l]dir) case $folder in */info) continue ;; esac ;;
			esac
			printf '%s\n' "$part $kind $name"
			[ "$kind" != l ] || printf '%s\n' "$why"
		done
	done
)

while [ -s parts ]; do
	# shellcheck disable=SC2094  # the function is not the file
	entries < parts > entries 3> places
	: > next
	awk -f "$level" table=packages packages table=folders folders table=together together \
		table=parts parts table=places places table=entries entries
	mv next parts
done

if [ -s faults ]; then
	awk '
	NR % 2 { what = $0; next }
	!($0 in count) { remedy[++remedies] = $0 }
	{ count[$0]++ }
	count[$0] <= 20 { faults[$0] = faults[$0] "voidgen: " what "\n" }
	END {
		for (n = 1; n <= remedies; n++) {
			more = count[remedy[n]] - 20
			printf "%s%s    %s\n", faults[remedy[n]], (more > 0 ? "voidgen: And " more " more.\n" : ""), remedy[n]
		}
	}' faults >&2
	exit 1
fi

# Files with the same bytes hide nothing. Names with a line break have failed above.
hashes() {
	sed -n "$1" hidden | tr '\n' '\0' | xargs -0 -r sha256sum > "$2"
}
hashes 'n; n; p; n' first
hashes 'n; n; n; p' second
awk -f "$report" table=packages packages table=first first table=second second \
	table=hidden hidden > found
{
	printf '['
	sort found | sed '1!s/^/,/'
	printf ']\n'
} > "$out"
