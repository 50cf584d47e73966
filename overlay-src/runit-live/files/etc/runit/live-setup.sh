#!/bin/sh
# Runs the parts of /etc/runit/live-setup.d in the order of their names, on a live system only.
# A part that fails is logged and never stops the boot. Parts find the live user in LIVE_USER.

PATH=/usr/bin:/usr/sbin
log=/var/log/live-setup.log

LIVE_USER=
for arg in $(cat /proc/cmdline); do
	case $arg in
	live.user=*) LIVE_USER=${arg#live.user=} ;;
	esac
done
[ -n "$LIVE_USER" ] || exit 0
export PATH LIVE_USER

say() {
	echo "live-setup: $*"
	echo "$(date '+%Y-%m-%dT%H:%M:%S%z') $*" >> "$log"
}

mkdir -p "${log%/*}"
for part in /etc/runit/live-setup.d/*; do
	[ -x "$part" ] || continue
	started=$(date +%s)
	"$part" >> "$log" 2>&1 < /dev/null
	status=$?
	took=$(($(date +%s) - started))
	if [ "$status" -eq 0 ]; then
		say "${part##*/}: done in ${took} s"
	else
		say "${part##*/}: failed with status $status after ${took} s; see $log"
	fi
done
exit 0
