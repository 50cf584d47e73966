#!/usr/bin/env bash
# is-recent.sh PROGRAM: whether a program of squashfs-tools is of 4.6 or later, which can leave out
# chosen attributes (-xattrs-include) and print times to the second (-full-precision).
set -euo pipefail

version=$("$1" -version | sed -n '1s/^[a-z]* version \([0-9.]*\).*/\1/p')
printf '4.6\n%s\n' "$version" | sort --version-sort --check=quiet
