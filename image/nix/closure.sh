# shellcheck shell=sh
# Writes the closure in three forms: a list, the format of `nix-store --load-db`, and JSON.
# shellcheck disable=SC2154  # out comes from the derivation

set -eu
# A relative path, because in Nix 2.8 NIX_ATTRS_JSON_FILE is a path outside of the sandbox. Write
# one object a line. Later Nix adds fields to these objects. Copy only the known fields, so that
# every Nix writes the same bytes. Paths and hashes contain no JSON escapes.
tr '{' '\n' < .attrs.json > objects
awk '
/"narHash"/ {
	words = split($0, word, "\"")
	path = ""; hash = ""; size = ""; count = 0; references = ""
	for (i = 2; i < words; i += 2) {
		if (word[i] == "path") path = word[i + 2]
		if (word[i] == "narHash") hash = word[i + 2]
		if (word[i] == "narSize") { size = word[i + 1]; gsub(/[^0-9]/, "", size) }
		if (word[i] == "references" && word[i + 1] !~ /]/)
			do { i += 2; count++; references = references " " word[i] } while (word[i + 1] !~ /]/)
	}
	if (path == "" || hash == "" || size == "") { known = 0; exit }
	print path, hash, size, count references
	known++
}
END {
	if (!known) {
		print "voidgen: the closure that this Nix writes to .attrs.json cannot be read: use Nix 2.8 to 2.34" > "/dev/stderr"
		exit 1
	}
}' objects > unsorted
LC_ALL=C sort unsorted > paths

mkdir "$out"
awk '{ print $1 }' paths > "$out/store-paths"
awk '{ print $1; print $2; print $3; print ""; for (i = 4; i <= NF; i++) print $i }' paths > "$out/registration"
{
	awk '{ total += $3 } END { printf "{\"count\":%d,\"nar-size\":%.0f,\"paths\":[", NR, total }' paths
	awk '
	{
		printf "%s\n{\"narHash\":\"%s\",\"narSize\":%s,\"path\":\"%s\",\"references\":[", separator, $2, $3, $1
		for (i = 5; i <= NF; i++) printf "%s\"%s\"", (i > 5 ? "," : ""), $i
		printf "]}"
		separator = ","
	}
	END { print "\n]}" }' paths
} > "$out/closure.json"
