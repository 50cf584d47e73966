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
	XDG_DATA_DIRS=${XDG_DATA_DIRS:-/usr/local/share:/usr/share}
	case ":$XDG_DATA_DIRS:" in
	*":$HOME/.nix-profile/share:"*) ;;
	*) XDG_DATA_DIRS=$HOME/.nix-profile/share:$XDG_DATA_DIRS ;;
	esac
	export PATH XDG_DATA_DIRS
fi
