# shellcheck shell=sh
# What an image is made of: the store paths, and the layer above them, which is a folder of the
# store with the store's modes.
# shellcheck disable=SC2154  # from the derivation

mkdir -p "$out/top"
for path in $contents; do cp -R -P "$path"/. "$out/top/"; done
chmod -R u+w "$out/top"
(cd "$out/top" && eval "$extraCommands")
cat graph-* | grep "^$NIX_STORE/" | grep -v '\.drv$' | sort -u > "$out/paths"
printf '%s' "$config" > "$out/config"
