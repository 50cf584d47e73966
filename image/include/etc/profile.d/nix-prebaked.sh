# shellcheck shell=sh
# Programs and data of the user's Nix profile, first in every search path.

# `nix-env --switch-profile ~/.nix-profile` makes ~/.nix-profile a link to itself. Nix then fails.
# Repair it here: Void's nix.sh, which runs after this script, changes no link.
if [ -L "${HOME:-}/.nix-profile" ] && ! [ -e "$HOME/.nix-profile" ]; then
	case $(readlink "$HOME/.nix-profile") in
	.nix-profile | ./.nix-profile | "$HOME/.nix-profile")
		rm -f "$HOME/.nix-profile"
		if [ -L "$HOME/.local/state/nix/profiles/profile" ]; then
			ln -s .local/state/nix/profiles/profile "$HOME/.nix-profile"
		fi
		;;
	esac
fi

if [ -n "${HOME:-}" ] && [ -e "$HOME/.nix-profile" ]; then
	case ":$PATH:" in
	*":$HOME/.nix-profile/bin:"*) ;;
	*) PATH=$HOME/.nix-profile/bin:$PATH ;;
	esac
	# The caches of live-setup.d/35-nix-data come before the profile: desktops do not look up a folder's
	# applications in the caches of a later folder.
	XDG_DATA_DIRS=${XDG_DATA_DIRS:-/usr/local/share:/usr/share}
	case ":$XDG_DATA_DIRS:" in
	*":$HOME/.nix-profile/share:"*) ;;
	*) XDG_DATA_DIRS=/usr/local/share/nix-profile:$HOME/.nix-profile/share:$XDG_DATA_DIRS ;;
	esac
	# A colon at the end means the system's own pages (man(1) of man-db and of mandoc).
	case ":${MANPATH:-}:" in
	*":$HOME/.nix-profile/share/man:"*) ;;
	*) MANPATH=$HOME/.nix-profile/share/man:${MANPATH:-} ;;
	esac
	export PATH XDG_DATA_DIRS MANPATH
fi
