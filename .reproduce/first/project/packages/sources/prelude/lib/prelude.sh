# shellcheck shell=sh
# Functions that the tools share. Each defines `usage` and starts with `start`.

# start NAME VERSION [ARGUMENT...]: answers the options that every tool has.
start() {
	name=$1
	case ${3:-} in
	--version)
		echo "$name $2 (prelude @version@)"
		exit 0
		;;
	--help)
		usage
		exit 0
		;;
	esac
}

fail() {
	echo "$name: $*" >&2
	exit 1
}

is_number() {
	case $1 in
	"" | *[!0-9]*) return 1 ;;
	esac
}
