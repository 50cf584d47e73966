#!/usr/bin/env bash
# of-this-run.sh FOLDER EXPRESSION...: find(1) among what this run made or changed. Its files are
# dated between its start and now by the kernel's clock; files of packages are dated outside of
# that, whatever this machine's clock says. Ten seconds more at both ends allow for a clock that is
# corrected a little on the way.
set -euo pipefail

: > /build/now
touch --reference=/build/now --date='10 seconds' /build/end

# A clock that is set during the run dates files outside of the run, or packages inside of it.
read -r up _ < /proc/uptime
read -r started _ < /build/uptime
dated=$(($(stat --format=%Y /build/now) - $(stat --format=%Y /build/start) - 10))
off=$((dated - (${up%.*} - ${started%.*})))
if [ "$off" -lt -5 ] || [ "$off" -gt 5 ]; then
	echo "voidgen: this machine's clock was set during the run, by $off seconds" >&2
	exit 1
fi

folder=$1
shift
exec find "$folder" -xdev -newer /build/start ! -newer /build/end "$@"
