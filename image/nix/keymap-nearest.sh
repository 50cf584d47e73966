# shellcheck shell=sh
# Makes a keymap for loadkeys that includes one of kbd's.
# shellcheck disable=SC2154  # the variables come from the derivation

set -eu
printf 'include "/usr/share/kbd/keymaps/%s"\n' "$nearest" | gzip -c > "$out"
