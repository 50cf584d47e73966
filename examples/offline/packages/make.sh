# shellcheck shell=sh
# shellcheck disable=SC2154  # the variables come from the derivation

set -eu
cp -R "$source" "$out"
chmod -R u+w "$out"

# Scripts begin with #!/bin/sh and not with a placeholder, so that linters can read them.
script="1s|^#!/bin/sh|#!$busybox/bin/sh|;s|@out@|$out|g;s|@version@|$version|g"
for input in $inputs; do
	eval "path=\$$input"
	script="$script;s|@$input@|$path|g"
done
find "$out" -type f -exec sed -i "$script" {} +
find "$out" -type f -exec chmod 0644 {} +
if [ -d "$out/bin" ]; then chmod 0755 "$out/bin/"*; fi

if [ -n "${man:-}" ]; then
	mkdir -p "$man/share"
	mv "$out/share/man" "$man/share/man"
fi
