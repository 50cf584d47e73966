# shellcheck shell=sh
# Programs and data of the user's Nix profile, first in every search path.
if [ -n "${HOME:-}" ] && [ -e "$HOME/.nix-profile/bin" ]; then
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
