# shellcheck shell=bash
# Sets, reads and copies setuid bits, setgid bits and owners in an empty folder, as packages' scripts,
# dracut and mksquashfs do. Prints what programs see. $musl is bits.c for musl, $capabilities is
# capabilities.sh in a build of Nix, and else empty.
# shellcheck disable=SC2154  # from the environment
set -u
export LC_ALL=C TZ=UTC

show() { stat --format='%n %a %A %u %g' "$@"; }
# Only the message's end: it does not depend on the program's release.
fails() { if "$@" 2> error; then echo "$* succeeded"; else sed 's/.*: //' error; fi; }

echo "- modes"
for mode in 4755 2755 6755 1755 4644 2644 0755; do
	: > "$mode"
	chmod "$mode" "$mode"
	install -m "$mode" /dev/null "installed-$mode"
	mkdir -m "$mode" "folder-$mode"
done
show -- *
: > a
chmod ug+s a && show a
chmod g-s,o-x a && show a
chmod u=rwx a && show a

echo "- chown takes bits from files"
for mode in 4755 2755 6755 2644; do
	for owner in 3 :4 3:4 0:0; do
		cp -p "$mode" b
		chown "$owner" b && show b
	done
	cp -p "$mode" b
	chgrp 5 b && chmod u+s b && chown 7 b && show b
done
echo "- but not from folders"
chown 3:4 folder-* && show folder-*

echo "- owners at the ends of the ranges"
for owner in 0 32511 65280 65534; do
	: > c
	chown "$owner:$owner" c && chmod 6755 c && show c
	chmod 0755 c && show c
done

echo "- copies"
cp -p 6755 copy && mv copy moved && ln moved linked && show moved linked
mkdir copies
cp -a 4755 2755 folder-2755 copies && show copies/*
tar -c 6755 folder-2755 1755 | tar -x -p -C copies && show copies/*
tar -c --sort=name --mtime=@0 . | tar -t -v --numeric-owner
find . | sort | cpio --quiet -o -H newc > ../archive
mkdir ../unpacked
(cd ../unpacked && cpio --quiet -i -d -m < ../archive) && show ../unpacked/*
: > new
chmod 4711 new && mv new 4755 && show 4755
find . -perm /6000 | sort

echo "- links"
ln -s nowhere link
chown -h 3:4 link && show link
chmod 4755 link 2> /dev/null || echo refused
ln -s 6755 to
chmod 4755 to && show -L 6755

echo "- errors"
fails chmod 4755 none
fails chown 3 none
fails stat none

echo "- other names of the functions"
python3 -B - 6755 << 'END'
import ctypes, os, sys
libc, name = ctypes.CDLL(None), sys.argv[1].encode()
folder, file = os.open(".", os.O_RDONLY), os.open(name, os.O_RDONLY)
found = ctypes.create_string_buffer(256)
calls = {
    "stat": (name, found),
    "lstat": (name, found),
    "fstat": (file, found),
    "fstatat": (folder, name, found, 0),
    "__xstat": (1, name, found),
    "__lxstat": (1, name, found),
    "__fxstat": (1, file, found),
    "__fxstatat": (1, folder, name, found, 0),
}
place = 24 if os.uname().machine == "x86_64" else 16
for function, arguments in calls.items():
    for ending in ("", "64"):
        found[:] = bytes(256)
        libc[function + ending](*arguments)
        print(function + ending, oct(int.from_bytes(found[place : place + 4], "little")))
os.fchmod(file, 0o2755)
print(oct(os.fstat(file).st_mode))
os.fchown(file, 5, -1)
print(oct(os.stat(name).st_mode), os.stat(name).st_uid)
os.chmod("moved", 0o4711, dir_fd=folder)
print(oct(os.stat("moved", dir_fd=folder, follow_symlinks=False).st_mode))
END

echo "- musl"
"$musl" 2755 4711 && show 2755

echo "- capabilities"
mkdir tree
[ -z "$capabilities" ] || ln -s /setid tree/setid
cd tree || exit
: > kept
setcap cap_net_raw+p kept
: > 'moved from'
setcap cap_net_bind_service=+ep 'moved from' && mv 'moved from' 'moved to'
cp -p kept copied
: > chowned
setcap cap_net_raw+p chowned && chown 3 chowned
: > removed
setcap cap_net_raw+p removed && rm removed
sleep 0.1
: > later
if [ -n "$capabilities" ]; then
	bash "$capabilities" .
else
	python3 -B - << 'END'
import base64, os
for name in os.listdir():
    if "security.capability" in os.listxattr(name):
        value = base64.b64encode(os.getxattr(name, "security.capability")).decode()
        print(name.replace(" ", "\\ "), "x", "security.capability=0s" + value)
END
fi | sort
