#!/usr/bin/env bash
# post-install.sh ROOTFS: runs the project's script ([hooks] post-install) in the root tree, as root
# of it, without a network, and with nothing of the caller's environment.
#
# A script of a shell runs with -x, so that the log has each command with its line. All lines get a
# prefix: what a script tries in vain is no failure of mklive's.
set -euo pipefail

root=$1 job=/voidgen/job
[ -s "$job/post-install" ] || exit 0
name=$(cat "$job/post-install.name")
place=/tmp/post-install
install -m 0700 "$job/post-install" "$root$place"

words=("$place")
read -r first < "$root$place" || :
# The interpreter's path and its one argument (execve(2)).
read -r interpreter argument <<< "${first#\#!}"
case ${interpreter##*/} in
sh | bash | dash | ash | ksh)
	words=("$interpreter" -x ${argument:+"$argument"} "$place")
	;;
esac

status=0
# shellcheck disable=SC2016 # The shell that prints this prompt of -x expands it.
unshare --net -- "$(command -v chroot)" "$root" /usr/bin/env -i \
	PATH=/usr/local/bin:/usr/bin:/usr/sbin HOME=/root TZ=UTC LC_ALL=C \
	"SOURCE_DATE_EPOCH=$SOURCE_DATE_EPOCH" \
	${DRACUT_LDD:+"LD_PRELOAD=$LD_PRELOAD"} \
	'PS4=line $LINENO: ' "${words[@]}" < /dev/null 2>&1 |
	tee /build/post-install.log | sed 's/^/post-install: /' || status=${PIPESTATUS[0]}
rm -f "$root$place"
[ "$status" != 0 ] || exit 0
line=$(grep '^line [0-9]*: ' /build/post-install.log | tail -n 1) || line=
echo "voidgen: $name failed with status $status${line:+, in $line}" >&2
exit 1
