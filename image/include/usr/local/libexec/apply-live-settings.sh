#!/bin/sh
# Applies the image's look with gsettings, once. If a setting fails, the script logs it and tries
# again at the next login: it makes the marker when all are set. It does not set the keyboard, which
# is in the system's dconf database, and locked there.

marker=$HOME/.void-live-settings-done
[ ! -e "$marker" ] || exit 0

# This script repairs a ~/.nix-profile that links to itself.
if [ -r /etc/profile.d/nix-prebaked.sh ]; then
	# shellcheck source=/dev/null
	. /etc/profile.d/nix-prebaked.sh
fi
# Use the system's gsettings: one in a user's profile may not read dconf.
PATH=/usr/bin:/usr/sbin
# In another charset, gsettings cannot print all names as they are.
export LC_ALL=C.UTF-8

log=${XDG_STATE_HOME:-$HOME/.local/state}/void-live-settings.log
mkdir -p "${log%/*}"
say() { echo "$(date '+%Y-%m-%dT%H:%M:%S%z') $*" >> "$log"; }

# Without an address, programs would start their own bus.
bus_answers() {
	if [ -z "${DBUS_SESSION_BUS_ADDRESS:-}" ]; then
		[ -S "${XDG_RUNTIME_DIR:-/nonexistent}/bus" ] || return 1
		export DBUS_SESSION_BUS_ADDRESS="unix:path=$XDG_RUNTIME_DIR/bus"
	fi
	dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
		org.freedesktop.DBus.GetId > /dev/null 2>&1
}

waited=0
until bus_answers; do
	if [ "$waited" -ge 30 ]; then
		say "no session bus after $waited s: nothing is set"
		exit 1
	fi
	sleep 1
	waited=$((waited + 1))
done

failed=0
while read -r schema key value; do
	why=$(gsettings set "$schema" "$key" "$value" 2>&1 < /dev/null)
	# gsettings does not always report a failed write.
	is=$(gsettings get "$schema" "$key" 2>&1 < /dev/null)
	if [ "$is" = "$value" ]; then
		say "$schema $key: $value"
	else
		say "$schema $key: not set to $value: ${why:-it is $is}"
		failed=$((failed + 1))
	fi
done << 'END'
org.cinnamon.desktop.interface gtk-theme 'Gruvbox-Dark'
org.cinnamon.desktop.interface icon-theme 'Gruvbox-Plus-Dark'
org.cinnamon.desktop.interface cursor-theme 'Capitaine Cursors (Gruvbox)'
org.cinnamon.theme name 'Gruvbox-Dark'
org.cinnamon.desktop.background picture-uri 'file:///usr/share/backgrounds/gruvbox.svg'
org.cinnamon.desktop.default-applications.terminal exec 'alacritty'
org.cinnamon.desktop.default-applications.terminal exec-arg '-e'
END

if [ "$failed" -gt 0 ]; then
	say "$failed not set: the next login tries again"
	exit 1
fi
: > "$marker"
