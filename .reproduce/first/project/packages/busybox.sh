# shellcheck shell=sh
# shellcheck disable=SC2154  # given and out come from the derivation

set -eu
busybox=$given/busybox
"$busybox" mkdir -p "$out/bin"
"$busybox" cp "$busybox" "$out/bin/busybox"
"$busybox" chmod 0755 "$out/bin/busybox"
for program in $("$busybox" --list); do
	[ "$program" = busybox ] || "$busybox" ln -s busybox "$out/bin/$program"
done
