# shellcheck shell=sh
# Compiles setid.c.
# shellcheck disable=SC2154  # the variables come from the derivation

set -eu
mkdir -p "$out/lib/voidgen"
# Neither compiler may add what only one C library has.
"$compiler" ${headers:+"-I$headers"} -Wall -O2 -fPIC -shared -nostdlib -ffreestanding \
	-fno-stack-protector -o "$out/lib/voidgen/setid.so" "$source"
