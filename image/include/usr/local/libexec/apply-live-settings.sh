#!/bin/sh
# Applies the image's look by gsettings, once. What cannot be set is logged and tried again at
# the next login: the marker is made when all is set. The keyboard is not set here: the system's
# dconf database has it, and locks it.

marker=$HOME/.void-live-settings-done
[ ! -e "$marker" ] || exit 0

# It mends a ~/.nix-profile that leads to itself.
if [ -r /etc/profile.d/nix-prebaked.sh ]; then
	# shellcheck source=/dev/null
	. /etc/profile.d/nix-prebaked.sh
fi
# The system's gsettings, not one of a user's profile, which may not know of dconf.
PATH=/usr/bin:/usr/sbin
# In any other charset gsettings prints names as it can, and not as they are.
export LC_ALL=C.UTF-8

log=${XDG_STATE_HOME:-$HOME/.local/state}/void-live-settings.log
mkdir -p "${log%/*}"
say() { echo "$(date '+%Y-%m-%dT%H:%M:%S%z') $*" >> "$log"; }

# Without an address, programs would start a bus of their own.
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
	# gsettings does not always say that a write came to nothing.
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
