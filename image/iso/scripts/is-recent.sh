#!/usr/bin/env bash
# is-recent.sh PROGRAM: succeeds if a program of squashfs-tools is 4.6 or later. These can choose
# attributes (-xattrs-include) and print times with seconds (-full-precision).
set -euo pipefail

version=$("$1" -version | sed -n '1s/^[a-z]* version \([0-9.]*\).*/\1/p')
printf '4.6\n%s\n' "$version" | sort --version-sort --check=quiet
