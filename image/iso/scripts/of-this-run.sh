#!/usr/bin/env bash
# of-this-run.sh FOLDER EXPRESSION...: runs find(1) on the files that this run made or changed. The
# kernel's clock dates them between the start of the run and now. Files of packages have other
# dates, even if this machine's clock is wrong. Ten more seconds at both ends allow for small
# corrections of the clock during the run.
set -euo pipefail

: > /build/now
touch --reference=/build/now --date='10 seconds' /build/end

# If the clock was set during the run, dates of the run's files and of packages can mix.
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
