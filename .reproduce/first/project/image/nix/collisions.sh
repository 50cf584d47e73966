# shellcheck shell=sh
# Finds what two outputs have at the same path, in the order of their priorities.
# shellcheck disable=SC2154  # the variables come from the derivation

set -eu
tab=$(printf '\t')

# What builtin:buildenv leaves out (Nix, src/libstore/builtins/buildenv.cc).
left_out='^.	(nix-support(/.*)?|(.*/)?(propagated-build-inputs|perllocal\.pod|log)|(.*/)?info/dir|manifest\.(nix|json))$'

while IFS=$tab read -r priority name path; do
	[ -d "$path" ] || continue
	cd "$path"
	{
		find . -mindepth 1 -type d | sed 's|^\./|d	|'
		find . -mindepth 1 ! -type d | sed 's|^\./|f	|'
	} | grep -Ev "$left_out" | sed "s|^|$priority	$name	$path	|" || :
	cd "$OLDPWD"
done < "$contentsPath" > found

# Folders merge, and so does what leads to the same file.
awk -F '\t' -v OFS='\t' '
{
	priority = $1; name = $2; root = $3; kind = $4; path = $5
	if (!(path in owner)) {
		owner[path] = name; rank[path] = priority; store[path] = root; is[path] = kind
	} else if (is[path] != kind)
		print "kinds", path, owner[path], name, "-", "-"
	else if (kind == "f" && store[path] != root)
		print (rank[path] == priority ? "equal" : "hidden"), path, owner[path], name, store[path] "/" path, root "/" path
}' found > both

fault() {
	echo "voidgen: $*" >&2
	faults=yes
}
json() {
	printf '%s' "$1" | sed 's/[\\"]/\\&/g'
}
faults='' separator=''
printf '[' > "$out"
while IFS=$tab read -r what path first other here there; do
	if [ "$what" = kinds ]; then
		fault "$path is a folder in one and a file in the other of $first and $other"
	elif cmp -s "$here" "$there"; then
		continue
	elif [ "$what" = equal ]; then
		fault "$path is in two outputs of one package, and not the same: $first and $other"
	else
		echo "voidgen: $path is that of $first, and hides that of $other" >&2
		printf '%s\n{"path":"%s","from":"%s","hidden":"%s"}' "$separator" \
			"$(json "$path")" "$(json "$first")" "$(json "$other")" >> "$out"
		separator=,
	fi
done < both
printf ']\n' >> "$out"
if [ -n "$faults" ]; then
	echo "voidgen: take one of them out of voidgen.toml, or name the outputs that you need: NAME^OUTPUT" >&2
	exit 1
fi
