# Compares the packages' files in the folders of one level. Writes the hidden files, the errors, and
# the folders of the next level: those that several packages have.

# The line without its first characters. Names may contain spaces.
function rest(skipped) { return substr($0, skipped + 1) }

# The package of an output: NAME of NAME^OUTPUT.
function name_of(package,    asked) {
	asked = label[package]
	sub(/\^[^^]*$/, "", asked)
	return asked
}

function fault(what, remedy) { print what "\n" remedy >> "faults" }

# For a path that cannot be in the profile, the first reason is enough.
function refuse(key, what, remedy) {
	refused[key] = 1
	fault(path_of[key] " " what, remedy)
}

# Two outputs of one package have the same file. Nix's order depends on their store paths, so sort
# them.
function twice(key, one, other) {
	if (one > other)
		twice(key, other, one)
	else
		refuse(key, "is in two outputs of one package: " one " and " other ".", "Name only one of its outputs: " one " or " other ".")
}

# Whether the profile's folder leads back to itself. Nix follows it until the system refuses.
function is_endless(number,    upper) {
	for (upper = above[number]; upper != "-"; upper = above[upper])
		if (together[upper] == together[number]) return 1
	return 0
}

function hide(key, package, kind, file) {
	hidden++
	hidden_key[hidden] = key
	hidden_line[hidden] = package " " kind
	hidden_file[hidden] = kind == "d" ? "/dev/null" : file
}

function have(number, package, how, folder) { print number, package, how "\n" folder > "next" }

function compare(key, package, kind, file,    first, remedy) {
	if (!(key in owner)) {
		owner[key] = package
		is[key] = kind
		from[key] = file
		return
	}
	if (key in refused) return
	first = owner[key]
	if (kind == "d" && is[key] == "d") {
		if (!(key in child)) {
			child[key] = ++last
			print last, number_of[key], path_of[key] >> "folders"
			# If this is a link, Nix reads the folder that it leads to.
			have(last, first, "followed", from[key])
		}
		second[key] = package
		have(child[key], package, "as-named", file)
	} else if (kind == "d") {
		remedy = remove
		if (priority[first] < priority[package] && priority[package] < 1000)
			remedy = "Name " name_of(package) " before " name_of(first) ", so that its folder hides the file. Or r" substr(remove, 2)
		refuse(key, "is a file in " label[first] " and a folder in " label[package] ".", remedy)
	} else if (key in child)
		refuse(key, "is a folder in " label[first] " and " label[second[key]] ", and a file in " label[package] ".", remove)
	else if (priority[first] < priority[package])
		hide(key, package, kind, file)
	else if (priority[first] > priority[package]) {
		hide(key, first, is[key], from[key])
		owner[key] = package
		is[key] = kind
		from[key] = file
	} else if (name_of(first) == name_of(package))
		twice(key, label[first], label[package])
	else
		refuse(key, "is in " label[first] " and " label[package] ", which have the same priority in the profile.", remove)
}

BEGIN {
	remove = "Remove one of these packages, or name the outputs that you need: NAME^OUTPUT."
	broken = "Remove this package, or use another version of the package set."
}

table == "packages" { priority[FNR] = $1; label[FNR] = rest(length($1) + 1); next }
table == "folders" { above[$1] = $2; path[$1] = rest(length($1 $2) + 2); last = $1; next }
table == "together" { together[$1] = rest(length($1) + 1); next }
table == "parts" && FNR % 2 { parts++; number[parts] = $1; package[parts] = $2; how = $3; next }
table == "parts" { folder[parts] = $0; is_followed[parts] = how == "followed"; next }
table == "places" {
	if (is_followed[FNR]) folder[FNR] = $0
	# Folders named info leave out other names than the rest.
	together[number[FNR]] = together[number[FNR]] "//" $0 (folder[FNR] ~ /\/info$/ ? "//info" : "")
	next
}

unfollowed != "" {
	fault(unfollowed " cannot be followed: " $0 ".", broken)
	unfollowed = ""
	next
}
{
	part = $1
	kind = $2
	name = rest(length(part) + 3)
	upper = number[part]
	if (!(upper in endless)) {
		endless[upper] = is_endless(upper)
		if (endless[upper])
			fault(path[upper] " leads back to itself without end in " label[package[part]] " and another package.", remove)
	}
	if (endless[upper]) next
	here = path[upper] == "" ? name : path[upper] "/" name
	if (kind == "b")
		fault((path[upper] == "" ? "The top folder" : path[upper]) " of " label[package[part]] " has a name with a line break, which voidgen cannot compare.", broken)
	else if (kind == "l")
		unfollowed = "The link " here " in " label[package[part]]
	else {
		key = upper "/" name
		number_of[key] = upper
		path_of[key] = here
		compare(key, package[part], kind, folder[part] "/" name)
	}
}
END {
	for (n = 1; n <= parts; n++)
		if (!saved[number[n]]++) print number[n], together[number[n]] >> "together"
	for (n = 1; n <= hidden; n++) {
		key = hidden_key[n]
		print owner[key], is[key], hidden_line[n] >> "hidden"
		print path_of[key] >> "hidden"
		print (is[key] == "d" ? "/dev/null" : from[key]) >> "hidden"
		print hidden_file[n] >> "hidden"
	}
}
