#!/bin/sh
# Runs the parts in /etc/runit/live-setup.d in the order of their names, on a live system only: the
# kernel's command line then has live.user=. If a part fails or hangs, this script logs it, and the
# boot goes on.
#
# A part gets the live user in LIVE_USER, and in LIVE_RUN a folder for files that only a live system
# may have. The folder is in /run because an installer that copies the running / does not copy /run
# (void-installer: tar --one-file-system). Links in the overlay lead to it from /etc.

PATH=/usr/bin:/usr/sbin
# The order of names must not depend on the locale.
LC_ALL=C
LIVE_RUN=/run/live-setup
log=$LIVE_RUN/log

LIVE_USER=
read -r cmdline < /proc/cmdline
for arg in $cmdline; do
	case $arg in
	live.user=*) LIVE_USER=${arg#live.user=} ;;
	esac
done
[ -n "$LIVE_USER" ] || exit 0
export PATH LC_ALL LIVE_RUN LIVE_USER

mkdir -p "$LIVE_RUN"
true >> "$log" || log=/dev/null

say() {
	echo "live-setup: $*"
	echo "$(date '+%Y-%m-%dT%H:%M:%S%z') $*" >> "$log"
}

# Prints the seconds since the kernel started, because the clock may change during boot.
uptime() {
	read -r seconds _ < /proc/uptime
	echo "${seconds%.*}"
}

for part in /etc/runit/live-setup.d/*; do
	[ -x "$part" ] || continue
	name=${part##*/}
	started=$(uptime)
	timeout -k 2 60 "$part" >> "$log" 2>&1 < /dev/null
	status=$?
	took=$(($(uptime) - started))
	case $status in
	0) say "$name: done in $took s" ;;
	124 | 137 | 143) say "$name: ended after $took s, because it hung; see $log" ;;
	*) say "$name: failed with status $status after $took s; see $log" ;;
	esac
done
exit 0
