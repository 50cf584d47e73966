#!/bin/bash
# As mklive has it: hooks for every image, and one for some.

install() {
    if [ -e /usr/bin/memdiskfind ]; then
        inst_hook pre-udev 01 "$moddir/mtd.sh"
    fi

    [ -f "$moddir/adduser.sh" ]   && inst_hook pre-pivot 01 "$moddir/adduser.sh"
    [ -f "$moddir/elsewhere.sh" ] && inst_hook pre-pivot 02 "$moddir/elsewhere.sh"
    [ ! -f "$moddir/nothing.sh" ]
}
