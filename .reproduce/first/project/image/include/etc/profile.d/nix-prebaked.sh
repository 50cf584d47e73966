# shellcheck shell=sh
# Programs and data of the user's Nix profile, first in every search path.

# `nix-env --switch-profile ~/.nix-profile` makes it a link to itself, with which nothing of Nix
# works. Void's nix.sh, which comes after this, leaves any link as it is.
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
	# What live-setup.d/35-nix-data makes of the profile comes before it: applications of a folder
	# are not looked up in the caches of a later one.
	XDG_DATA_DIRS=${XDG_DATA_DIRS:-/usr/local/share:/usr/share}
	case ":$XDG_DATA_DIRS:" in
	*":$HOME/.nix-profile/share:"*) ;;
	*) XDG_DATA_DIRS=/usr/local/share/nix-profile:$HOME/.nix-profile/share:$XDG_DATA_DIRS ;;
	esac
	# The colon at the end stands for the system's own pages (man(1) of man-db and of mandoc).
	case ":${MANPATH:-}:" in
	*":$HOME/.nix-profile/share/man:"*) ;;
	*) MANPATH=$HOME/.nix-profile/share/man:${MANPATH:-} ;;
	esac
	export PATH XDG_DATA_DIRS MANPATH
fi
