# Reports each hidden file, and writes it as JSON, one object a line.

# The text as JSON, with U+FFFD for bytes that are not UTF-8.
function json(text,    out, at, code, more) {
	if (text !~ /["\\]|[^ -~]/) return "\"" text "\""
	out = ""
	for (at = 1; at <= length(text); at++) {
		code = number[substr(text, at, 1)]
		if (code < 32 || code == 127) out = out sprintf("\\u%04x", code)
		else if (code == 34 || code == 92) out = out "\\" substr(text, at, 1)
		else if (code < 128) out = out substr(text, at, 1)
		else {
			more = length_of(substr(text, at, 4))
			out = out (more ? substr(text, at, more) : "\\ufffd")
			at += more ? more - 1 : 0
		}
	}
	return "\"" out "\""
}

# The number of bytes of the character at the beginning (RFC 3629), or 0 if it is not UTF-8.
function length_of(bytes,    code, count, n, least, most) {
	code = number[substr(bytes, 1, 1)]
	count = code >= 194 && code < 224 ? 2 : code >= 224 && code < 240 ? 3 : code >= 240 && code < 245 ? 4 : 0
	least = code == 224 ? 160 : code == 240 ? 144 : 128
	most = code == 237 ? 159 : code == 244 ? 143 : 191
	for (n = 2; n <= count; n++) {
		code = number[substr(bytes, n, 1)]
		if (code < least || code > most) return 0
		least = 128
		most = 191
	}
	return count
}

BEGIN { for (n = 1; n < 256; n++) number[sprintf("%c", n)] = n }

table == "packages" { label[FNR] = substr($0, length($1) + 2); next }
table == "first" { first[FNR] = $1; next }
table == "second" { second[FNR] = $1; next }
FNR % 4 == 1 { owner = $1; kind = $2; package = $3; hidden_kind = $4; pair++ }
FNR % 4 == 2 { path = $0 }
FNR % 4 == 0 && (kind != hidden_kind || first[pair] != second[pair]) {
	print "voidgen: " path " comes from " label[owner] " and hides the file of " label[package] > "/dev/stderr"
	printf "{\"path\":%s,\"from\":%s,\"hidden\":%s}\n", json(path), json(label[owner]), json(label[package])
}
