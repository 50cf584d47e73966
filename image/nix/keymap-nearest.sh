# shellcheck shell=sh
# A keymap for loadkeys that is one of kbd's.
# shellcheck disable=SC2154  # the variables come from the derivation

set -eu
printf 'include "/usr/share/kbd/keymaps/%s"\n' "$nearest" | gzip -c > "$out"
